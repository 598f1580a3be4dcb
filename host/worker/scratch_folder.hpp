// A folder for the files of one run.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace jobhost::worker {

// Made when it is asked for. Thread-safe but for end_run().
class ScratchFolder {
public:
    // `place`: the worker's own folder, where it is made; empty: there is none.
    explicit ScratchFolder(std::string place) : place_{std::move(place)} {}

    bool has_place() const noexcept { return !place_.empty(); }
    // Its absolute path, which stays until end_run(); nothing: it cannot be made, for the reason in errno.
    std::optional<std::string_view> path();
    // Removes it with all that is in it, as far as it can.
    void end_run() noexcept;

private:
    const std::string place_;
    std::mutex mutex_;
    std::string path_;  // empty: not made
    std::uint64_t last_ = 0;
};

}  // namespace jobhost::worker
