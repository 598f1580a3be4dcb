#include "host/worker/frame.hpp"

#include "host/worker/fields.hpp"
#include "host/worker/limits.hpp"

#include <cassert>
#include <cstring>

namespace jobhost::worker {
namespace {

struct Header {
    std::uint32_t length;
    std::uint16_t type;
    std::uint16_t flags;  // 0 in this version
    std::uint64_t run;
};
static_assert(sizeof(Header) == 16);

constexpr std::size_t kKeptCapacity = std::size_t{256} << 10;

bool is_known(MessageType type) noexcept {
    switch (type) {
        case MessageType::run:
        case MessageType::exit:
        case MessageType::reply:
        case MessageType::recall:
        case MessageType::ready:
        case MessageType::refused:
        case MessageType::log:
        case MessageType::done:
        case MessageType::request:
        case MessageType::recalled:
            return true;
    }
    return false;
}

}  // namespace

std::string frame(MessageType type, std::uint64_t run, std::string_view payload) {
    assert(payload.size() <= kMaxMessage && "the sender checks its own fields");
    const Header header{static_cast<std::uint32_t>(payload.size()), static_cast<std::uint16_t>(type), 0, run};
    std::string bytes(sizeof header + payload.size(), '\0');
    std::memcpy(bytes.data(), &header, sizeof header);
    payload.copy(bytes.data() + sizeof header, payload.size());
    return bytes;
}

std::span<char> FrameBuffer::space(std::size_t least) {
    if (begin_ == end_) {
        begin_ = end_ = 0;
        // One large message must not make the process large for good.
        if (bytes_.size() > kKeptCapacity && least < kKeptCapacity) bytes_ = std::vector<char>(kKeptCapacity);
    }
    if (bytes_.size() - end_ < least && begin_ > 0) {
        std::memmove(bytes_.data(), bytes_.data() + begin_, end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
    }
    if (bytes_.size() - end_ < least) bytes_.resize(end_ + least);
    return {bytes_.data() + end_, bytes_.size() - end_};
}

std::optional<Frame> FrameBuffer::next() {
    Header header;
    if (end_ - begin_ < sizeof header) return std::nullopt;
    std::memcpy(&header, bytes_.data() + begin_, sizeof header);
    const auto type = static_cast<MessageType>(header.type);
    if (!is_known(type)) throw ProtocolError{"unknown message type " + std::to_string(header.type)};
    if (header.flags != 0) throw ProtocolError{"unknown message flags " + std::to_string(header.flags)};
    if (header.length > kMaxMessage)
        throw ProtocolError{"a message of " + std::to_string(header.length) + " bytes"};
    if (end_ - begin_ - sizeof header < header.length) return std::nullopt;
    const std::string_view payload{bytes_.data() + begin_ + sizeof header, header.length};
    begin_ += sizeof header + header.length;
    return Frame{type, header.run, payload};
}

}  // namespace jobhost::worker
