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

using worker::kOutputMarkPrefix;
using worker::kOutputMarkSize;

// Where a mark begins, or may begin if more bytes follow; npos: nowhere.
std::size_t find_mark(std::string_view bytes) {
    const std::size_t found = bytes.find(kOutputMarkPrefix);
    if (found != std::string_view::npos) return found;
    for (std::size_t size = std::min(bytes.size(), kOutputMarkPrefix.size() - 1); size > 0; --size)
        if (kOutputMarkPrefix.starts_with(bytes.substr(bytes.size() - size))) return bytes.size() - size;
    return std::string_view::npos;
}

}  // namespace

OutputPipe::OutputPipe(boost::asio::io_context& io, worker::Descriptor pipe) : descriptor_{io} {
    if (pipe) descriptor_.assign(pipe.release());
}

bool OutputPipe::read(std::size_t most, std::uint64_t next, const LineSplitter::Sink& sink) {
    std::array<char, std::size_t{16} << 10> buffer;
    for (std::size_t total = 0; total < most && descriptor_.is_open() && !is_held_;) {
        const ssize_t got = ::read(descriptor_.native_handle(), buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return errno == EAGAIN;
        if (got == 0) return false;
        total += static_cast<std::size_t>(got);
        take({buffer.data(), static_cast<std::size_t>(got)}, next, sink);
        // Less than asked for means that the pipe is empty; one call saved per run.
        if (static_cast<std::size_t>(got) < buffer.size()) break;
    }
    return descriptor_.is_open();
}

void OutputPipe::take(std::string_view bytes, std::uint64_t next, const LineSplitter::Sink& sink) {
    unread_ += bytes;
    is_held_ = false;
    for (std::size_t mark = 0; (mark = find_mark(unread_)) != std::string::npos;) {
        lines_.feed(std::string_view{unread_}.substr(0, mark), sink);
        unread_.erase(0, mark);
        if (unread_.size() < kOutputMarkSize) return;
        const auto run = worker::run_of_output_mark(unread_);
        is_held_ = run && *run == next;
        if (is_held_) return;
        // What only begins like one is text.
        const std::size_t size = run ? kOutputMarkSize : kOutputMarkPrefix.size();
        if (!run) lines_.feed(std::string_view{unread_}.substr(0, size), sink);
        unread_.erase(0, size);
    }
    lines_.feed(std::exchange(unread_, {}), sink);
}

// A mark is written whole, so that a part of one is the job's own.
void OutputPipe::end_run(std::uint64_t next, const LineSplitter::Sink& sink) {
    read(kMostInPipe, next, sink);
    if (!is_held_) lines_.feed(std::exchange(unread_, {}), sink);
    lines_.flush(sink);
}

void OutputPipe::close() {
    boost::system::error_code ignored;
    descriptor_.close(ignored);
}

}  // namespace jobhost::host
