#include "storage/soci/statement_catalog.hpp"

#include <algorithm>
#include <cassert>
#include <stdexcept>

namespace jobhost::storage {

namespace {

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

// Calls `each` with every line of `text`.
template <class Each>
void for_each_line(std::string_view text, Each each) {
    while (!text.empty()) {
        const auto end = text.find('\n');
        each(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
}

// Statements end with a semicolon at the end of a line. Comment lines are left out because SOCI's own
// scanners stumble over quotes and colons in them.
std::vector<std::string> statements_in(std::string_view text) {
    std::vector<std::string> found;
    std::string statement;
    for_each_line(text, [&](std::string_view line) {
        if (trimmed(line).starts_with("--")) return;
        statement.append(line).push_back('\n');
        if (!trimmed(line).ends_with(';')) return;
        std::string_view code = trimmed(statement);
        code.remove_suffix(1);
        found.emplace_back(code);
        statement.clear();
    });
    return found;
}

void fill(std::string& text, std::string_view place, std::string_view value) {
    for (auto at = text.find(place); at != std::string::npos; at = text.find(place, at + value.size()))
        text.replace(at, place.size(), value);
}

using Words = std::map<std::string, std::string, std::less<>>;

// Blocks of a `-- word: x` and the text that stands for it.
void add_words(Words& words, std::string_view text) {
    constexpr std::string_view kMark = "-- word: ";
    for (auto at = text.find(kMark); at != std::string_view::npos; at = text.find(kMark)) {
        text.remove_prefix(at + kMark.size());
        const auto line_end = text.find('\n');
        const std::string name{trimmed(text.substr(0, line_end))};
        text.remove_prefix(line_end);
        words[name] = trimmed(text.substr(0, text.find(kMark)));
    }
}

// "id bigint, result text": each by the dialect's way to say a column.
std::string columns_of(std::string_view given, const Words& words) {
    std::string columns;
    while (!given.empty()) {
        const auto comma = given.find(',');
        const std::string_view column = trimmed(given.substr(0, comma));
        given.remove_prefix(comma == std::string_view::npos ? given.size() : comma + 1);
        const auto space = column.find(' ');
        const std::string_view type = trimmed(column.substr(space));
        const auto spelt = words.find(type);
        std::string text = words.at("column");
        fill(text, "$1", column.substr(0, space));
        fill(text, "$2", spelt == words.end() ? type : std::string_view{spelt->second});
        columns += columns.empty() ? text : ", " + text;
    }
    return columns;
}

// ${word} and ${word: what follows}.
std::string with_words(std::string_view text, const Words& words) {
    std::string told;
    for (auto at = text.find("${"); at != std::string_view::npos; at = text.find("${")) {
        told += text.substr(0, at);
        const auto end = text.find('}', at);
        const std::string_view inside = text.substr(at + 2, end - at - 2);
        const auto colon = inside.find(':');
        const auto word = words.find(inside.substr(0, colon));
        if (word == words.end()) {
            told += text.substr(at, end + 1 - at);
        } else {
            std::string value = word->second;
            const std::string_view rest =
                colon == std::string_view::npos ? "" : trimmed(inside.substr(colon + 1));
            fill(value, "$columns",
                 columns_of(value.find("$columns") == std::string::npos ? "" : rest, words));
            fill(value, "$1", rest);
            told += value;
        }
        text.remove_prefix(end + 1);
    }
    return told.append(text);
}

std::string filled(std::string text, const StatementCatalog::Places& places) {
    const auto timeout = std::chrono::ceil<std::chrono::milliseconds>(places.timeout);
    fill(text, "${schema}", places.schema);
    fill(text, "${timeout}", std::to_string(timeout.count()));
    return text;
}

}  // namespace

StatementCatalog::StatementCatalog(std::string_view dialect, const Places& places) : dialect_{dialect} {
    Words words;
    for (const EmbeddedSql& file : embedded_sql())
        if (file.path == "common/words.sql" || file.path == dialect_ + "/words.sql")
            add_words(words, file.text);
    const auto add = [&](std::string_view folder) {
        const std::string prefix = std::string{folder} + "/queries/";
        for (const EmbeddedSql& file : embedded_sql()) {
            if (!file.path.starts_with(prefix)) continue;
            std::string_view rest = file.text;
            constexpr std::string_view kMark = "-- name: ";
            for (auto at = rest.find(kMark); at != std::string_view::npos; at = rest.find(kMark)) {
                rest.remove_prefix(at + kMark.size());
                const auto line_end = rest.find('\n');
                const std::string name{trimmed(rest.substr(0, line_end))};
                rest.remove_prefix(line_end);
                const auto found = statements_in(rest.substr(0, rest.find(kMark)));
                assert(found.size() == 1 && "a named block holds one statement");
                texts_[name] = filled(with_words(found.front(), words), places);
            }
        }
    };
    add("common");
    add(dialect);
    for (const EmbeddedSql& file : embedded_sql())
        if (file.path == dialect_ + "/session.sql")
            for (const std::string& statement : statements_in(file.text))
                session_setup_.push_back(filled(statement, places));
}

const std::string& StatementCatalog::operator[](std::string_view name) const {
    const auto found = texts_.find(name);
    if (found == texts_.end()) throw std::logic_error{"no SQL statement named " + std::string{name}};
    return found->second;
}

std::vector<Migration> migrations_of(std::string_view dialect) {
    std::vector<Migration> found;
    const std::string prefix = std::string{dialect} + "/migrations/";
    for (const EmbeddedSql& file : embedded_sql()) {
        if (!file.path.starts_with(prefix)) continue;
        const std::string name{file.path.substr(prefix.size(), file.path.size() - prefix.size() - 4)};
        found.push_back({std::stoi(name), name, file.text, statements_in(file.text)});
    }
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.number < b.number; });
    return found;
}

}  // namespace jobhost::storage
