#include "host/worker/fields.hpp"

#include "host/worker/utf8.hpp"

#include <cstring>

namespace jobhost::worker {

FieldWriter& FieldWriter::text(std::string_view value) {
    const auto size = static_cast<std::uint32_t>(value.size());
    char prefix[sizeof size];
    std::memcpy(prefix, &size, sizeof size);
    payload_.append(prefix, sizeof prefix).append(value);
    return *this;
}

FieldWriter& FieldWriter::number(std::int64_t value) {
    char bytes[sizeof value];
    std::memcpy(bytes, &value, sizeof value);
    return text({bytes, sizeof bytes});
}

std::string_view FieldReader::bytes(std::size_t most) {
    std::uint32_t size = 0;
    if (rest_.size() < sizeof size) throw ProtocolError{"a message ends inside a field's length"};
    std::memcpy(&size, rest_.data(), sizeof size);
    if (size > rest_.size() - sizeof size) throw ProtocolError{"a field reaches beyond its message"};
    if (size > most)
        throw ProtocolError{"a field has " + std::to_string(size) + " bytes where at most " +
                            std::to_string(most) + " are allowed"};
    const std::string_view field = rest_.substr(sizeof size, size);
    rest_.remove_prefix(sizeof size + size);
    return field;
}

std::string FieldReader::text(std::size_t most) {
    return clean_utf8(bytes(most));
}

std::int64_t FieldReader::number(std::int64_t least, std::int64_t most) {
    std::int64_t value = 0;
    const std::string_view field = bytes(sizeof value);
    if (field.size() != sizeof value) throw ProtocolError{"a number does not have 8 bytes"};
    std::memcpy(&value, field.data(), sizeof value);
    if (value < least || value > most)
        throw ProtocolError{"the number " + std::to_string(value) + " is not in its range"};
    return value;
}

void FieldReader::finish() const {
    if (!rest_.empty()) throw ProtocolError{"a message goes on after its last field"};
}

}  // namespace jobhost::worker
