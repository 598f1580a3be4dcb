#include "config/yaml_problem.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace jobhost::config {
namespace {

struct Rewording {
    std::string_view message;  // the parser's begins with this
    std::string_view problem;
    std::string_view hint;
};
constexpr std::string_view kQuoteStars = "quote a value that starts with '*', such as a cron expression";
constexpr std::string_view kCloseIt = "check the brackets and quotes before this place";
constexpr std::array<Rewording, 20> kRewordings{{
    {"illegal map value", "a ':' is not expected here",
     "check the indentation, and quote texts that contain ': '"},
    {"illegal tab", "a tab cannot indent", "indent with spaces"},
    {"end of sequence flow", "a list opened with '[' is not closed", kCloseIt},
    {"end of map flow", "a mapping opened with '{' is not closed", kCloseIt},
    {"illegal flow end", "a bracket closes here that was never opened",
     "quote texts that start with '}' or ']'"},
    {"unknown token", "a value cannot start with this character", "quote it"},
    {"alias not found", "'*' begins an alias, but no name follows", kQuoteStars},
    {"the referenced anchor", "an alias of an anchor that is not defined before", kQuoteStars},
    {"illegal character found while scanning alias", "this is no name of an alias", kQuoteStars},
    {"illegal character found while scanning anchor", "this is no name of an anchor",
     "quote a value that starts with '&'"},
    {"anchor not found", "'&' begins an anchor, but no name follows", "quote a value that starts with '&'"},
    {"unexpected character in block", "only a comment may follow '|' or '>' in its line",
     "quote a value that starts with '|' or '>'"},
    {"illegal block entry", "a '- ' is not expected here", "check the indentation"},
    {"illegal map key", "a '? ' is not expected here", "quote a value that starts with '? '"},
    {"unknown escape", "an unknown escape with '\\'", "in single quotes a '\\' is only a '\\'"},
    {"bad character found while scanning hex", "an escape with '\\' that is not hexadecimal", ""},
    {"invalid unicode", "an escape with '\\' that is no character", ""},
    {"illegal EOF", "a quote is not closed", ""},
    {"end of map not found", "a key is not expected here", "check the indentation"},
    {"end of sequence not found", "a value is not expected here", "check the indentation"},
}};

std::string_view line_of(std::string_view text, int line) {
    for (; line > 1; --line) {
        const auto end = text.find('\n');
        if (end == std::string_view::npos) return {};
        text.remove_prefix(end + 1);
    }
    return text.substr(0, text.find('\n'));
}

// Where a tab indents `line`; 0 if none does.
int indenting_tab(std::string_view text, int line) {
    const std::string_view indentation = [&] {
        const std::string_view whole = line_of(text, line);
        return whole.substr(0, std::min(whole.find_first_not_of(" \t"), whole.size()));
    }();
    const auto tab = indentation.find('\t');
    return tab == std::string_view::npos ? 0 : static_cast<int>(tab) + 1;
}

}  // namespace

Place ColumnCounter::place(int line, int byte_column) {
    if (line < 0) return {};
    if (line < line_) *this = ColumnCounter(text_);
    for (; line_ < line; ++line_) {
        const auto end = text_.find('\n', line_start_);
        if (end == std::string_view::npos) break;
        line_start_ = counted_to_ = end + 1;
        column_ = 0;
    }
    const std::size_t target = std::min(text_.size(), line_start_ + static_cast<std::size_t>(byte_column));
    if (target < counted_to_) {
        counted_to_ = line_start_;
        column_ = 0;
    }
    const auto starts_character = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; };
    column_ += static_cast<int>(
        std::ranges::count_if(text_.substr(counted_to_, target - counted_to_), starts_character));
    counted_to_ = target;
    return {line + 1, column_ + 1};
}

TextProblem syntax_problem(std::string_view text, Place at, std::string_view message) {
    for (const int line : {at.line, at.line - 1}) {
        const int column = line > 0 ? indenting_tab(text, line) : 0;
        if (column != 0) return {line, column, "a tab cannot indent", "indent with spaces"};
    }
    for (const Rewording& rewording : kRewordings) {
        if (message.starts_with(rewording.message))
            return {at.line, at.column, std::string(rewording.problem), std::string(rewording.hint)};
    }
    return {at.line, at.column, "is not YAML: " + std::string(message.substr(0, 60)), ""};
}

bool is_quote_closed(std::string_view text, std::size_t start) {
    if (start >= text.size() || (text[start] != '"' && text[start] != '\'')) return true;
    const char quote = text[start];
    for (std::size_t i = start + 1; i < text.size(); ++i) {
        if (quote == '"' && text[i] == '\\') {
            ++i;
        } else if (text[i] == quote) {
            if (quote == '"' || i + 1 >= text.size() || text[i + 1] != quote) return true;
            ++i;
        }
    }
    return false;
}

}  // namespace jobhost::config
