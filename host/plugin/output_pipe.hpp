// The host's end of a worker's stdout or stderr.
#pragma once

#include "host/plugin/line_splitter.hpp"
#include "host/worker/descriptor.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>

namespace jobhost::host {

// Not thread-safe. The sink may close the pipe.
class OutputPipe {
public:
    // Takes over the reading end, which must not block.
    OutputPipe(boost::asio::io_context& io, worker::Descriptor pipe) : descriptor_{io, pipe.release()} {}

    boost::asio::posix::stream_descriptor& descriptor() noexcept { return descriptor_; }

    // Gives the lines that have arrived, from at most about `most` bytes. False: nothing will come any more.
    bool read(std::size_t most, const LineSplitter::Sink& sink);
    // Gives everything that has been written up to now, the unfinished last line too.
    void drain(const LineSplitter::Sink& sink);
    void close();

private:
    boost::asio::posix::stream_descriptor descriptor_;
    LineSplitter lines_;
};

}  // namespace jobhost::host
