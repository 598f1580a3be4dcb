// What random histories of all kinds are made of.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <stdexcept>
#include <string>

namespace jobhost::storage::history {

// A store and the model do not agree.
struct Disagreement : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// Throws Disagreement, which shows the lines that differ.
void agree(const std::string& about, const std::string& theirs, const std::string& ours);

// The numbers of a step, one after the other.
class Choices {
public:
    // `numbers` must outlive it.
    explicit Choices(std::span<const std::uint32_t> numbers) : numbers_{numbers} {}

    std::size_t below(std::size_t count) { return next_ < numbers_.size() ? numbers_[next_++] % count : 0; }
    // Once in `count` times.
    bool is_one_in(std::size_t count) { return below(count) == count - 1; }
    template <class Value>
    Value one_of(std::initializer_list<Value> values) {
        return *(values.begin() + below(values.size()));
    }

private:
    std::span<const std::uint32_t> numbers_;
    std::size_t next_ = 0;
};

}  // namespace jobhost::storage::history
