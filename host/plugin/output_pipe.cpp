#include "host/plugin/output_pipe.hpp"

#include "host/worker/output_mark.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <unistd.h>
#include <utility>

namespace jobhost::host {
namespace {

// More than a pipe holds (1 MiB for the unprivileged): a grandchild that goes on writing must not keep us
// here.
constexpr std::size_t kMostInPipe = (std::size_t{1} << 20) + (std::size_t{64} << 10);

using worker::kOutputMark;

// How many of the last bytes may be the beginning of a mark.
std::size_t begun_mark(std::string_view bytes) {
    for (std::size_t size = std::min(bytes.size(), kOutputMark.size() - 1); size > 0; --size)
        if (kOutputMark.starts_with(bytes.substr(bytes.size() - size))) return size;
    return 0;
}

}  // namespace

OutputPipe::OutputPipe(boost::asio::io_context& io, worker::Descriptor pipe) : descriptor_{io} {
    if (pipe) descriptor_.assign(pipe.release());
}

bool OutputPipe::read(std::size_t most, const LineSplitter::Sink& sink) {
    std::array<char, std::size_t{16} << 10> buffer;
    for (std::size_t total = 0; total < most && descriptor_.is_open() && !is_held_;) {
        const ssize_t got = ::read(descriptor_.native_handle(), buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return errno == EAGAIN;
        if (got == 0) return false;
        total += static_cast<std::size_t>(got);
        take({buffer.data(), static_cast<std::size_t>(got)}, sink);
        // Less than asked for means that the pipe is empty; one call saved per run.
        if (static_cast<std::size_t>(got) < buffer.size()) break;
    }
    return descriptor_.is_open();
}

void OutputPipe::take(std::string_view bytes, const LineSplitter::Sink& sink) {
    unread_ += bytes;
    std::size_t mark = 0;
    while ((mark = unread_.find(kOutputMark)) != std::string::npos && expects_mark_) {
        lines_.feed(std::string_view{unread_}.substr(0, mark), sink);
        unread_.erase(0, mark + kOutputMark.size());
        expects_mark_ = false;
    }
    is_held_ = mark != std::string::npos;
    const std::size_t end = is_held_ ? mark : unread_.size() - begun_mark(unread_);
    lines_.feed(std::string_view{unread_}.substr(0, end), sink);
    unread_.erase(0, end);
}

// Marks, too, where nobody but the job has written them.
void OutputPipe::take_all(const LineSplitter::Sink& sink) {
    do {
        lines_.feed(unread_, sink);
        unread_.clear();
        is_held_ = false;
        read(kMostInPipe, sink);
    } while (is_held_);
    lines_.feed(std::exchange(unread_, {}), sink);
}

void OutputPipe::end_run(bool is_next_queued, const LineSplitter::Sink& sink) {
    if (is_next_queued) {
        read(kMostInPipe, sink);
        expects_mark_ = true;
        if (!is_held_) lines_.feed(std::exchange(unread_, {}), sink);
    } else {
        take_all(sink);
    }
    lines_.flush(sink);
}

void OutputPipe::close() {
    boost::system::error_code ignored;
    descriptor_.close(ignored);
}

}  // namespace jobhost::host
