#include "host/observe/printable.hpp"

#include <cstddef>

namespace jobhost::host {

namespace {

bool is_between(std::string_view first, std::string_view text, std::string_view last) {
    return first <= text && text <= last;
}

// The bytes of the harmful character that `text` begins with; 0: it is harmless. In UTF-8 the C1 controls,
// U+0080 to U+009F, are two bytes, and the marks of direction, U+202A to U+202E and U+2066 to U+2069, are
// three.
std::size_t harmful_bytes(std::string_view text) {
    const auto byte = static_cast<unsigned char>(text.front());
    if (byte < 0x20 || byte == 0x7f) return 1;
    if (is_between("\xc2\x80", text.substr(0, 2), "\xc2\x9f")) return 2;
    const std::string_view three = text.substr(0, 3);
    if (is_between("\xe2\x80\xaa", three, "\xe2\x80\xae") ||
        is_between("\xe2\x81\xa6", three, "\xe2\x81\xa9"))
        return 3;
    return 0;
}

std::string harmless(std::string_view text, bool keeps_line_ends) {
    std::string result;
    while (!text.empty()) {
        const char first = text.front();
        const std::size_t harmful = harmful_bytes(text);
        if (harmful == 0 || (first == '\n' && keeps_line_ends))
            result += first;
        else
            result += first == '\n' || first == '\t' || first == '\r' ? ' ' : '?';
        text.remove_prefix(harmful == 0 ? 1 : harmful);
    }
    return result;
}

}  // namespace

std::string printable(std::string_view text) {
    return harmless(text, false);
}

std::string printable_lines(std::string_view text) {
    return harmless(text, true);
}

}  // namespace jobhost::host
