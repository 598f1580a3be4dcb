// Text on its way into JSON, so that a small result needs no JSON library.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace jobhost {

namespace detail {

// Bytes of the UTF-8 sequence that `text` begins with; 0 if it begins with none (RFC 3629: no surrogates,
// nothing overlong, nothing above U+10FFFF). REQUIRES: `text` is not empty.
constexpr std::size_t utf8_sequence(std::string_view text) noexcept {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const auto continues = [&](std::size_t i, unsigned low, unsigned high) {
        return i < text.size() && byte(i) >= low && byte(i) <= high;
    };
    const unsigned lead = byte(0);
    if (lead < 0x80) return 1;
    if (lead < 0xC2 || lead > 0xF4) return 0;
    if (lead < 0xE0) return continues(1, 0x80, 0xBF) ? 2 : 0;
    if (lead < 0xF0) {
        const unsigned low = lead == 0xE0 ? 0xA0 : 0x80;
        const unsigned high = lead == 0xED ? 0x9F : 0xBF;
        return continues(1, low, high) && continues(2, 0x80, 0xBF) ? 3 : 0;
    }
    const unsigned low = lead == 0xF0 ? 0x90 : 0x80;
    const unsigned high = lead == 0xF4 ? 0x8F : 0xBF;
    return continues(1, low, high) && continues(2, 0x80, 0xBF) && continues(3, 0x80, 0xBF) ? 4 : 0;
}

}  // namespace detail

// `text` with each byte that is not part of valid UTF-8 replaced by U+FFFD.
inline std::string utf8_text(std::string_view text) {
    std::string valid;
    valid.reserve(text.size());
    while (!text.empty()) {
        const std::size_t size = detail::utf8_sequence(text);
        if (size == 0)
            valid += "\xEF\xBF\xBD";
        else
            valid += text.substr(0, size);
        text.remove_prefix(size == 0 ? 1 : size);
    }
    return valid;
}

// `text` as a JSON string, quotes included: json_text("a\"b") is "a\"b" in JSON. Always valid JSON: bytes
// that are not UTF-8 become U+FFFD.
inline std::string json_text(std::string_view text) {
    constexpr std::string_view hex = "0123456789abcdef";
    std::string json = "\"";
    for (const char c : utf8_text(text)) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\')
            (json += '\\') += c;
        else if (c == '\n')
            json += "\\n";
        else if (c == '\t')
            json += "\\t";
        else if (byte < 0x20 || byte == 0x7F)
            (((json += "\\u00") += hex[byte >> 4U]) += hex[byte & 0xFU]);
        else
            json += c;
    }
    return json += '"';
}

}  // namespace jobhost
