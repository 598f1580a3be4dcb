// The spellings of single values: names, job types, plain YAML scalars, and how a value is shown in an error.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace jobhost::config {

bool is_name_character(char c);       // one of A-Z a-z 0-9 _ . -
bool is_name(std::string_view text);  // 1 to 100 of them
// "plugin.type": two words of a-z 0-9 _ that start with a letter, at most 200 characters in all.
bool is_job_type(std::string_view text);

// `text` as an error shows it: cut to 60 characters, control characters replaced.
std::string shortened(std::string_view text);
std::string in_quotes(std::string_view text);  // the same in single quotes
// A line break for one.
bool has_control_character(std::string_view text);

// The first reference in `text`, such as "${date}", that is not escaped as "$${date}"; empty if there is
// none. Shows no more than its name, "${...}" if that has other characters than names have.
std::string first_reference(std::string_view text);
// `text` with "$${" replaced by "${".
std::string without_escapes(std::string_view text);

// "512MiB": bytes, with one of the units B, KiB, MiB, GiB, TiB; nothing if it is not such a text.
std::optional<std::uint64_t> parse_size(std::string_view text);
std::string size_text(std::uint64_t bytes);  // with the largest unit that leaves a whole number

struct TooLarge {};   // an integer beyond 64 bits, or a number beyond a double
struct NotFinite {};  // .inf or .nan
using PlainValue = std::variant<std::nullptr_t, bool, std::int64_t, std::uint64_t, double, TooLarge,
                                NotFinite, std::string_view>;

// What a scalar without quotes is in the core schema of YAML 1.2: `yes`, `on` and 1:30 are texts.
PlainValue plain_value(std::string_view text);

}  // namespace jobhost::config
