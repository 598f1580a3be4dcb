// The host's end of a worker's stdout or stderr.
#pragma once

#include "host/plugin/line_splitter.hpp"
#include "host/worker/descriptor.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>

namespace jobhost::host {

// Not thread-safe. The sink may close the pipe. Where a run ends and the next one was queued behind it, the
// worker writes a mark (worker/output_mark.hpp): what comes behind it is held back until the host knows of
// that end, too.
class OutputPipe {
public:
    // Takes over the reading end, which must not block. None: nothing comes.
    OutputPipe(boost::asio::io_context& io, worker::Descriptor pipe);

    boost::asio::posix::stream_descriptor& descriptor() noexcept { return descriptor_; }

    // Gives the lines that have arrived, from at most about `most` bytes and up to the mark of the run
    // `next`. False: nothing will come any more.
    bool read(std::size_t most, std::uint64_t next, const LineSplitter::Sink& sink);
    // Lines wait behind a mark: to read is of no use before the present run has ended.
    bool is_held() const noexcept { return is_held_; }
    // Gives all that has been written up to now, the unfinished last line too, but for what stands behind the
    // mark of `next`.
    void end_run(std::uint64_t next, const LineSplitter::Sink& sink);
    // Another run is the present one, and `next` comes after it: gives the lines that were held back.
    void resume(std::uint64_t next, const LineSplitter::Sink& sink) { take({}, next, sink); }
    void close();

private:
    void take(std::string_view bytes, std::uint64_t next, const LineSplitter::Sink& sink);

    boost::asio::posix::stream_descriptor descriptor_;
    LineSplitter lines_;
    std::string unread_;    // the part of a mark, or what begins with one
    bool is_held_ = false;  // the latter
};

}  // namespace jobhost::host
