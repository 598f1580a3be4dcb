// What the YAML parser says, in words for operators; and where, in characters. Private to config.
#pragma once

#include "config/source_text.hpp"

#include <string_view>

namespace jobhost::config {

struct Place {
    int line = 0;
    int column = 0;
};

// Turns the parser's byte columns, from 0, into character columns, from 1. Quick when asked in the order of
// the text.
class ColumnCounter {
public:
    explicit ColumnCounter(std::string_view text) : text_(text) {}
    Place place(int line, int byte_column);

private:
    std::string_view text_;
    int line_ = 0;  // the line that starts at line_start_
    std::size_t line_start_ = 0;
    std::size_t counted_to_ = 0;  // column_ is the number of characters from line_start_ to here
    int column_ = 0;
};

// `message` is the parser's own.
TextProblem syntax_problem(std::string_view text, Place at, std::string_view message);

// Whether the quote that opens at `start`, if one does, is closed again.
bool is_quote_closed(std::string_view text, std::size_t start);

}  // namespace jobhost::config
