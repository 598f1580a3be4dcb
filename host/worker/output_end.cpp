#include "host/worker/output_end.hpp"

#include "host/worker/output_mark.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <poll.h>
#include <unistd.h>

namespace jobhost::worker {

OutputEnd::OutputEnd() noexcept : files_{file_of(STDOUT_FILENO), file_of(STDERR_FILENO)} {}

OutputEnd::File OutputEnd::file_of(int descriptor) noexcept {
    struct stat facts {};
    if (fstat(descriptor, &facts) != 0) return {};
    return {facts.st_dev, facts.st_ino};
}

bool OutputEnd::is_there() const noexcept {
    return file_of(STDOUT_FILENO) == files_[0] && file_of(STDERR_FILENO) == files_[1];
}

void OutputEnd::mark(std::uint64_t run) const noexcept {
    const std::string mark = output_mark(run);
    constexpr std::array kDescriptors{STDOUT_FILENO, STDERR_FILENO};
    for (std::size_t i = 0; i < kDescriptors.size(); ++i) {
        if (file_of(kDescriptors[i]) != files_[i]) continue;
        // So short a text is written whole or not at all. A job may have made the pipe non-blocking.
        while (write(kDescriptors[i], mark.data(), mark.size()) < 0) {
            if (errno == EINTR) continue;
            if (errno != EAGAIN) break;
            pollfd room{kDescriptors[i], POLLOUT, 0};
            poll(&room, 1, -1);
        }
    }
}

}  // namespace jobhost::worker
