// The text of one file, if it can be the text of a YAML file at all.
#pragma once

#include <filesystem>
#include <string>
#include <variant>

namespace jobhost::config {

// A problem in a text: where, and what. Line 0: the text as a whole.
struct TextProblem {
    int line = 0;
    int column = 0;
    std::string problem;
    std::string hint;
};

// The bytes of `file`, at most 1 MiB of valid UTF-8, without a byte order mark.
std::variant<std::string, TextProblem> read_text_file(const std::filesystem::path& file);

}  // namespace jobhost::config
