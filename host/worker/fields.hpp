// The payload of a message: fields, each a 32-bit length and that many bytes. A number is a field of 8 bytes.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace jobhost::worker {

// The other side said something that the protocol does not allow. Nothing more is read from it.
class ProtocolError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

class FieldWriter {
public:
    FieldWriter& text(std::string_view value);
    FieldWriter& number(std::int64_t value);
    std::string take() { return std::move(payload_); }

private:
    std::string payload_;
};

// Every call may throw ProtocolError. Views live as long as the payload.
class FieldReader {
public:
    explicit FieldReader(std::string_view payload) : rest_{payload} {}

    // The next field as it is, at most `most` bytes.
    std::string_view bytes(std::size_t most);
    // The next field made valid UTF-8, at most `most` bytes before that.
    std::string text(std::size_t most);
    // The next field, a number from `least` to `most`.
    std::int64_t number(std::int64_t least, std::int64_t most);
    // Nothing may be left.
    void finish() const;

private:
    std::string_view rest_;
};

}  // namespace jobhost::worker
