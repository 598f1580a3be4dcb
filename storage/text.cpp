#include "storage/text.hpp"

#include <boost/json.hpp>

#include <cstddef>

namespace jobhost::storage {

namespace {

// The bytes of the character that `text` begins with; 0: there is none.
std::size_t character_length(std::string_view text) noexcept {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
    const auto follows = [&](std::size_t at, unsigned low = 0x80, unsigned high = 0xbf) {
        return at < text.size() && byte(at) >= low && byte(at) <= high;
    };
    const unsigned first = byte(0);
    if (first < 0x80) return first == 0 ? 0 : 1;
    if (first >= 0xc2 && first <= 0xdf) return follows(1) ? 2 : 0;
    if (first >= 0xe0 && first <= 0xef) {
        const unsigned low = first == 0xe0 ? 0xa0 : 0x80;   // nothing that fits two bytes
        const unsigned high = first == 0xed ? 0x9f : 0xbf;  // no surrogates
        return follows(1, low, high) && follows(2) ? 3 : 0;
    }
    if (first >= 0xf0 && first <= 0xf4) {
        const unsigned low = first == 0xf0 ? 0x90 : 0x80;
        const unsigned high = first == 0xf4 ? 0x8f : 0xbf;  // up to U+10FFFF
        return follows(1, low, high) && follows(2) && follows(3) ? 4 : 0;
    }
    return 0;
}

}  // namespace

bool is_storable(std::string_view text) noexcept {
    while (!text.empty()) {
        const std::size_t length = character_length(text);
        if (length == 0) return false;
        text.remove_prefix(length);
    }
    return true;
}

// Parsing also finds what is not UTF-8, NUL bytes and lone surrogates.
bool is_storable_json(std::string_view text) {
    boost::json::error_code error;
    boost::json::parse_options depth;
    depth.max_depth = kMaxJsonDepth;
    boost::json::parse(text, error, {}, depth);
    return !error && is_storable(text);
}

}  // namespace jobhost::storage
