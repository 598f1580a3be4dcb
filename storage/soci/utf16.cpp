#include "storage/soci/utf16.hpp"

#include <algorithm>
#include <array>

namespace jobhost::storage {

namespace {

constexpr char32_t kReplacement = 0xfffd;

// Takes the first character off `text`, which is not empty.
char32_t take_utf8(std::string_view& text) {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
    const std::size_t length = byte(0) < 0x80 ? 1 : byte(0) < 0xe0 ? 2 : byte(0) < 0xf0 ? 3 : 4;
    if (length > text.size()) {
        text = {};
        return kReplacement;
    }
    static constexpr std::array<unsigned char, 5> kMask{0, 0x7f, 0x1f, 0x0f, 0x07};
    char32_t character = byte(0) & kMask[length];
    for (std::size_t i = 1; i < length; ++i)
        character = (character << 6) | (byte(i) & 0x3f);
    text.remove_prefix(length);
    return character;
}

// The one or two units of a character: https://www.rfc-editor.org/rfc/rfc2781
template <class Put>
void put_utf16(char32_t character, Put put) {
    if (character < 0x10000) {
        put(static_cast<char16_t>(character));
        return;
    }
    put(static_cast<char16_t>(0xd800 + ((character - 0x10000) >> 10)));
    put(static_cast<char16_t>(0xdc00 + ((character - 0x10000) & 0x3ff)));
}

void append_utf8(std::string& text, char32_t character) {
    const auto put = [&](char32_t byte) { text.push_back(static_cast<char>(byte)); };
    if (character < 0x80) {
        put(character);
    } else if (character < 0x800) {
        put(0xc0 | (character >> 6));
        put(0x80 | (character & 0x3f));
    } else if (character < 0x10000) {
        put(0xe0 | (character >> 12));
        put(0x80 | ((character >> 6) & 0x3f));
        put(0x80 | (character & 0x3f));
    } else {
        put(0xf0 | (character >> 18));
        put(0x80 | ((character >> 12) & 0x3f));
        put(0x80 | ((character >> 6) & 0x3f));
        put(0x80 | (character & 0x3f));
    }
}

}  // namespace

std::u16string to_utf16(std::string_view text) {
    std::u16string units;
    units.reserve(text.size());
    while (!text.empty())
        put_utf16(take_utf8(text), [&](char16_t unit) { units.push_back(unit); });
    return units;
}

std::string to_utf8(std::u16string_view text) {
    std::string bytes;
    bytes.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char32_t unit = text[i];
        const bool is_first = unit >= 0xd800 && unit < 0xdc00;
        const bool is_second = unit >= 0xdc00 && unit < 0xe000;
        if (is_first && i + 1 < text.size() && text[i + 1] >= 0xdc00 && text[i + 1] < 0xe000)
            append_utf8(bytes, 0x10000 + ((unit - 0xd800) << 10) + (text[++i] - 0xdc00U));
        else
            append_utf8(bytes, is_first || is_second ? kReplacement : unit);
    }
    return bytes;
}

bool is_ascii(std::string_view text) noexcept {
    return std::none_of(text.begin(), text.end(), [](char c) { return (c & 0x80) != 0; });
}

std::string ascii_json(std::string_view json) {
    static constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    text.reserve(json.size());
    while (!json.empty()) {
        const char32_t character = take_utf8(json);
        if (character < 0x80) {
            text.push_back(static_cast<char>(character));
            continue;
        }
        put_utf16(character, [&](char16_t unit) {
            text += "\\u";
            for (int shift = 12; shift >= 0; shift -= 4)
                text.push_back(kDigits[(unit >> shift) & 0xf]);
        });
    }
    return text;
}

}  // namespace jobhost::storage
