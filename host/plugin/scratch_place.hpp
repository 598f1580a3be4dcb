// The folder of one worker, for the files of its runs.
#pragma once

#include <filesystem>
#include <utility>

namespace jobhost::host {

// Goes with all that is in it when its owner goes.
class ScratchPlace {
public:
    ScratchPlace() = default;
    // A new one in `root`, which is made if it is not there; an empty root: none. Throws std::system_error.
    explicit ScratchPlace(const std::filesystem::path& root);
    ScratchPlace(ScratchPlace&& other) noexcept : path_{std::exchange(other.path_, {})} {}
    ScratchPlace& operator=(ScratchPlace&&) = delete;
    // A large one is removed by a thread of its own.
    ~ScratchPlace();

    const std::filesystem::path& path() const noexcept { return path_; }  // empty: none

private:
    std::filesystem::path path_;
};

}  // namespace jobhost::host
