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

    // Gives the lines that have arrived, from at most about `most` bytes and up to a mark. False: nothing
    // will come any more.
    bool read(std::size_t most, const LineSplitter::Sink& sink);
    // Lines wait behind a mark: to read is of no use before end_run().
    bool is_held() const noexcept { return is_held_; }
    // Gives all that has been written up to now, the unfinished last line too. If a run is queued behind the
    // one that ends: up to the mark, if that is there already.
    void end_run(bool is_next_queued, const LineSplitter::Sink& sink);
    // Gives the lines that were held back.
    void resume(const LineSplitter::Sink& sink) { take({}, sink); }
    // The run that was queued will not begin, so there is no mark before it.
    void expect_no_mark() noexcept { expects_mark_ = false; }
    void close();

private:
    void take(std::string_view bytes, const LineSplitter::Sink& sink);
    void take_all(const LineSplitter::Sink& sink);

    boost::asio::posix::stream_descriptor descriptor_;
    LineSplitter lines_;
    std::string unread_;         // the part of a mark, or what stands behind one
    bool is_held_ = false;       // a whole mark is in it
    bool expects_mark_ = false;  // of the run that goes on; what is before it may be given
};

}  // namespace jobhost::host
