// Messages on the control socket: a header of 16 bytes {u32 length, u16 type, u16 flags, u64 run} and
// `length` bytes of payload. Host and worker share a machine and therefore a byte order.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace jobhost::worker {

enum class MessageType : std::uint16_t {
    run = 1,
    exit = 2,
    reply = 3,
    recall = 4,
    ready = 10,
    refused = 11,
    log = 12,
    done = 13,
    request = 14,
    recalled = 15,
};

struct Frame {
    MessageType type;          // one of the above
    std::uint64_t run = 0;     // number of the run that it is about; 0: of none
    std::string_view payload;  // lives until the buffer's next space()
};

// The bytes of a message. REQUIRES: payload.size() <= kMaxMessage.
std::string frame(MessageType type, std::uint64_t run, std::string_view payload);

// Turns the bytes of a stream into frames. Not thread-safe.
class FrameBuffer {
public:
    // Room for at least `least` bytes; say how many of them were filled with commit().
    std::span<char> space(std::size_t least);
    void commit(std::size_t filled) { end_ += filled; }
    // The next whole frame, if it has arrived. Throws ProtocolError: unknown type, flags, too long.
    std::optional<Frame> next();

private:
    std::vector<char> bytes_;
    std::size_t begin_ = 0;  // of what was not yet taken
    std::size_t end_ = 0;
};

}  // namespace jobhost::worker
