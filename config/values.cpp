#include "config/values.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

namespace jobhost::config {
namespace {

constexpr std::array<std::string_view, 5> kSizeUnits{"B", "KiB", "MiB", "GiB", "TiB"};

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_word(std::string_view text) {
    return !text.empty() && text.front() >= 'a' && text.front() <= 'z' &&
           std::ranges::all_of(text,
                               [](char c) { return (c >= 'a' && c <= 'z') || is_digit(c) || c == '_'; });
}

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
    return std::ranges::find(words, text) != words.end();
}

PlainValue integer(std::string_view digits, int base, bool is_negative) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
    constexpr std::uint64_t kHalf = std::uint64_t{1} << 63;
    if (error != std::errc{} || (is_negative && value > kHalf)) return TooLarge{};
    if (is_negative) return static_cast<std::int64_t>(0 - value);
    if (value < kHalf) return static_cast<std::int64_t>(value);
    return value;
}

// Whether `text`, without its sign, is [0-9]+ or the like with a point and an exponent.
bool is_float(std::string_view text) {
    std::size_t digits = 0;
    const auto skip_digits = [&] {
        while (!text.empty() && is_digit(text.front()))
            text.remove_prefix(1), ++digits;
    };
    skip_digits();
    if (text.starts_with('.')) text.remove_prefix(1), skip_digits();
    if (digits == 0) return false;
    if (!text.starts_with('e') && !text.starts_with('E')) return text.empty();
    text.remove_prefix(1);
    if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
    digits = 0;
    skip_digits();
    return digits > 0 && text.empty();
}

PlainValue floating(std::string_view text, bool is_negative) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || !std::isfinite(value)) return TooLarge{};
    return is_negative ? -value : value;
}

}  // namespace

bool is_name_character(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || is_digit(c) || c == '_' || c == '.' ||
           c == '-';
}

bool is_name(std::string_view text) {
    return !text.empty() && text.size() <= 100 && std::ranges::all_of(text, is_name_character);
}

bool is_job_type(std::string_view text) {
    const auto dot = text.find('.');
    return text.size() <= 200 && dot != std::string_view::npos && is_word(text.substr(0, dot)) &&
           is_word(text.substr(dot + 1));
}

std::string shortened(std::string_view text) {
    constexpr std::size_t kMost = 60;
    std::string result;
    std::size_t characters = 0;
    for (const char c : text) {
        const bool is_first_byte = (static_cast<unsigned char>(c) & 0xC0) != 0x80;
        if (is_first_byte && ++characters > kMost) return result + "...";
        result += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? '?' : c;
    }
    return result;
}

std::string in_quotes(std::string_view text) {
    return "'" + shortened(text) + "'";
}

bool has_control_character(std::string_view text) {
    unsigned char before = 0;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7F) return true;
        if (before == 0xC2 && byte >= 0x80 && byte < 0xA0) return true;  // U+0080 to U+009F in UTF-8
        before = byte;
    }
    return false;
}

std::string first_reference(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text.substr(i).starts_with("$${")) {
            i += 2;
        } else if (text.substr(i).starts_with("${")) {
            const std::string_view name = text.substr(i + 2, text.find('}', i) - i - 2);
            const bool is_shown =
                name.size() <= 60 && text.find('}', i) != std::string_view::npos &&
                std::ranges::all_of(name, [](char c) { return is_name_character(c) || c == ':'; });
            return is_shown ? "${" + std::string(name) + "}" : "${...}";
        }
    }
    return {};
}

std::string without_escapes(std::string_view text) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text.substr(i).starts_with("$${")) ++i;
        result += text[i];
    }
    return result;
}

PlainValue plain_value(std::string_view text) {
    if (is_one_of(text, {"", "~", "null", "Null", "NULL"})) return nullptr;
    if (is_one_of(text, {"true", "True", "TRUE"})) return true;
    if (is_one_of(text, {"false", "False", "FALSE"})) return false;
    if (is_one_of(text, {".nan", ".NaN", ".NAN"})) return NotFinite{};

    std::string_view number = text;
    const bool is_negative = number.starts_with('-');
    if (is_negative || number.starts_with('+')) number.remove_prefix(1);
    if (is_one_of(number, {".inf", ".Inf", ".INF"})) return NotFinite{};
    if (!number.empty() && std::ranges::all_of(number, is_digit)) return integer(number, 10, is_negative);
    const auto is_all_of = [&](std::string_view digits) {
        return text.size() > 2 && text.find_first_not_of(digits, 2) == std::string_view::npos;
    };
    if (text.starts_with("0x") && is_all_of("0123456789abcdefABCDEF"))
        return integer(text.substr(2), 16, false);
    if (text.starts_with("0o") && is_all_of("01234567")) return integer(text.substr(2), 8, false);
    if (is_float(number)) return floating(number, is_negative);
    return text;
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
    std::uint64_t number = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc{}) return std::nullopt;
    const std::string_view unit{rest, static_cast<std::size_t>(end - rest)};
    for (std::size_t i = 0; i < kSizeUnits.size(); ++i) {
        if (unit != kSizeUnits.at(i)) continue;
        const std::size_t shift = 10 * i;
        if (number > (std::numeric_limits<std::uint64_t>::max() >> shift)) return std::nullopt;
        return number << shift;
    }
    return std::nullopt;
}

std::string size_text(std::uint64_t bytes) {
    std::size_t unit = 0;
    for (; unit + 1 < kSizeUnits.size() && bytes != 0 && bytes % 1024 == 0; ++unit)
        bytes /= 1024;
    return std::to_string(bytes) + std::string{kSizeUnits.at(unit)};
}

}  // namespace jobhost::config
