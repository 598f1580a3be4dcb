// Parameters in PostgreSQL's binary form, which neither side has to write or parse as text.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace jobhost::bench {

// Appends `value` with its most significant byte first.
template <std::integral Number>
void append_number(std::string& bytes, Number value) {
    for (int shift = 8 * static_cast<int>(sizeof value) - 8; shift >= 0; shift -= 8)
        bytes.push_back(static_cast<char>(value >> shift));
}

template <std::integral Number>
Number read_number(const char* bytes) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < sizeof(Number); ++i)
        value = value << 8 | static_cast<unsigned char>(bytes[i]);
    return static_cast<Number>(value);
}

// The type numbers that PostgreSQL gives to what the tables hold.
enum class ElementType : std::uint32_t { bytea = 17, int8 = 20, int2 = 21, int4 = 23, text = 25 };

// An array of one dimension.
class ArrayParameter {
public:
    explicit ArrayParameter(ElementType type) : type_{type} {}

    template <std::integral Number>
    void add(Number value) {
        append_number(elements_, static_cast<std::int32_t>(sizeof value));
        append_number(elements_, value);
        ++count_;
    }
    void add(std::string_view text) {
        append_number(elements_, static_cast<std::int32_t>(text.size()));
        elements_ += text;
        ++count_;
    }
    void add_null() {
        append_number(elements_, std::int32_t{-1});
        ++count_;
        has_null_ = true;
    }

    std::string bytes() const {
        std::string all;
        append_number(all, std::int32_t{1});  // dimensions
        append_number(all, std::int32_t{has_null_});
        append_number(all, static_cast<std::uint32_t>(type_));
        append_number(all, count_);
        append_number(all, std::int32_t{1});  // the first index
        return all + elements_;
    }

private:
    ElementType type_;
    std::int32_t count_ = 0;
    bool has_null_ = false;
    std::string elements_;
};

}  // namespace jobhost::bench
