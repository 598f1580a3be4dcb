#include "storage/soci/placed_text.hpp"

#include <algorithm>

namespace jobhost::storage {

namespace {

bool is_name_character(char c) {
    return (c >= 'a' && c <= 'z') || c == '_';
}

// What ends the quotation that `c` begins; 0 if it begins none.
char closing(char c) {
    return c == '[' ? ']' : c == '\'' || c == '"' ? c : '\0';
}

}  // namespace

PlacedText placed_text(std::string_view statement) {
    PlacedText placed;
    char awaited = '\0';
    for (std::size_t i = 0; i < statement.size(); ++i) {
        const char c = statement[i];
        const bool is_parameter =
            awaited == '\0' && c == ':' && i + 1 < statement.size() && is_name_character(statement[i + 1]);
        if (!is_parameter) {
            placed.text.push_back(c);
            awaited = awaited == '\0' ? closing(c) : awaited == c ? '\0' : awaited;
            continue;
        }
        const auto begin = statement.begin() + static_cast<std::ptrdiff_t>(i) + 1;
        const auto end = std::find_if_not(begin, statement.end(), is_name_character);
        placed.names.emplace_back(begin, end);
        placed.text.push_back('?');
        i += placed.names.back().size();
    }
    return placed;
}

}  // namespace jobhost::storage
