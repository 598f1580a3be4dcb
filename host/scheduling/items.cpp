#include "host/scheduling/items.hpp"

#include "host/worker/limits.hpp"

#include <algorithm>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <string>

namespace jobhost::host {

namespace json = boost::json;

namespace {

[[noreturn]] void refuse(std::size_t line, const std::string& why) {
    throw std::invalid_argument{"line " + std::to_string(line) + ": " + why};
}

// Reads record after record.
class CsvReader {
public:
    explicit CsvReader(std::istream& input) : input_{input} {
        if (input_.peek() == 0xEF) input_.ignore(3);  // a byte order mark
    }

    // The line in which the last record began, from 1.
    std::size_t line() const noexcept { return record_line_; }

    // Nothing: the end. Lines without anything are left out.
    std::optional<std::vector<std::string>> next() {
        while (input_.peek() == '\n' || input_.peek() == '\r')
            take();
        if (input_.peek() == EOF) return std::nullopt;
        record_line_ = line_;
        std::vector<std::string> fields{field()};
        while (input_.peek() == ',') {
            take();
            fields.push_back(field());
        }
        if (input_.peek() == '\r') take();
        if (input_.peek() != EOF && take() != '\n') refuse(record_line_, "a quote is followed by text");
        return fields;
    }

private:
    char take() {
        const char c = static_cast<char>(input_.get());
        if (c == '\n') ++line_;
        return c;
    }

    std::string field() { return input_.peek() == '"' ? quoted() : plain(); }

    std::string plain() {
        std::string text;
        for (int c = input_.peek(); c != EOF && c != ',' && c != '\n' && c != '\r'; c = input_.peek())
            text += take();
        return text;
    }

    std::string quoted() {
        take();
        std::string text;
        for (;;) {
            if (input_.peek() == EOF) refuse(record_line_, "a quote is not closed");
            const char c = take();
            if (c != '"') {
                text += c;
            } else if (input_.peek() == '"') {
                text += take();
            } else {
                return text;
            }
        }
    }

    std::istream& input_;
    std::size_t line_ = 1;
    std::size_t record_line_ = 1;
};

}  // namespace

std::vector<json::value> csv_items(std::istream& input) {
    CsvReader reader{input};
    std::vector<json::value> items;
    const auto names = reader.next();
    if (!names) refuse(1, "there is no head that names the columns");
    for (const std::string& name : *names)
        if (name.empty() || std::count(names->begin(), names->end(), name) > 1)
            refuse(reader.line(), "each column needs a name of its own");
    while (const auto fields = reader.next()) {
        if (fields->size() != names->size())
            refuse(reader.line(), "has " + std::to_string(fields->size()) + " fields and the head " +
                                      std::to_string(names->size()));
        json::object item;
        for (std::size_t i = 0; i < fields->size(); ++i)
            item[(*names)[i]] = (*fields)[i];
        items.push_back(std::move(item));
    }
    return items;
}

std::vector<json::value> json_line_items(std::istream& input) {
    json::parse_options options;
    options.max_depth = worker::kMaxJsonDepth;
    std::vector<json::value> items;
    std::string line;
    for (std::size_t number = 1; std::getline(input, line); ++number) {
        if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
        json::error_code error;
        items.push_back(json::parse(line, error, {}, options));
        if (error) refuse(number, "is not JSON: " + error.message());
    }
    return items;
}

std::vector<json::value> items_of(const std::filesystem::path& file) {
    const std::string kind = file.extension().string();
    const bool is_csv = kind == ".csv";
    if (!is_csv && kind != ".jsonl" && kind != ".ndjson")
        throw std::invalid_argument{file.string() + ": must end in .csv, .jsonl or .ndjson"};
    std::ifstream input{file, std::ios::binary};
    if (!input) throw std::invalid_argument{file.string() + ": cannot be opened"};
    try {
        std::vector<json::value> items = is_csv ? csv_items(input) : json_line_items(input);
        if (!input.bad()) return items;
    } catch (const std::invalid_argument& error) {
        throw std::invalid_argument{file.string() + ": " + error.what()};
    }
    throw std::invalid_argument{file.string() + ": cannot be read to its end"};
}

}  // namespace jobhost::host
