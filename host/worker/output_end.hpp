// The worker's own writing to stdout and stderr.
#pragma once

#include <sys/types.h>

#include <array>
#include <cstdint>

namespace jobhost::worker {

// Main thread only.
class OutputEnd {
public:
    // REQUIRES: stdout and stderr are still the host's pipes.
    OutputEnd() noexcept;

    // Writes the mark of `run` to both. A job may have closed one of them, and its number may be that of a
    // file now: that one gets none. Blocks while the host does not read.
    void mark(std::uint64_t run) const noexcept;

    // Both are still the host's pipes.
    bool is_there() const noexcept;

private:
    struct File {
        dev_t device = 0;
        ino_t number = 0;
        friend bool operator==(const File&, const File&) = default;
    };
    static File file_of(int descriptor) noexcept;

    std::array<File, 2> files_;
};

}  // namespace jobhost::worker
