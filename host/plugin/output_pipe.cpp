#include "host/plugin/output_pipe.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <unistd.h>

namespace jobhost::host {
namespace {

// More than a pipe holds (1 MiB for the unprivileged): a grandchild that goes on writing must not keep us
// here.
constexpr std::size_t kMostInPipe = (std::size_t{1} << 20) + (std::size_t{64} << 10);

}  // namespace

bool OutputPipe::read(std::size_t most, const LineSplitter::Sink& sink) {
    std::array<char, std::size_t{16} << 10> buffer;
    for (std::size_t total = 0; total < most && descriptor_.is_open();) {
        const ssize_t got = ::read(descriptor_.native_handle(), buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return errno == EAGAIN;
        if (got == 0) return false;
        total += static_cast<std::size_t>(got);
        lines_.feed({buffer.data(), static_cast<std::size_t>(got)}, sink);
        // Less than asked for means that the pipe is empty; one call saved per run.
        if (static_cast<std::size_t>(got) < buffer.size()) break;
    }
    return descriptor_.is_open();
}

void OutputPipe::drain(const LineSplitter::Sink& sink) {
    read(kMostInPipe, sink);
    lines_.flush(sink);
}

void OutputPipe::close() {
    boost::system::error_code ignored;
    descriptor_.close(ignored);
}

}  // namespace jobhost::host
