#include "storage/model/semantic_version.hpp"

#include <algorithm>
#include <charconv>

namespace jobhost {

namespace {

bool is_number(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// The text up to the next dot, which goes from `rest` with it.
std::string_view next_part(std::string_view& rest) {
    const std::size_t end = std::min(rest.find('.'), rest.size());
    const std::string_view part = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return part;
}

// Numbers by their value and before words; words by their bytes.
std::strong_ordering compare_parts(std::string_view one, std::string_view other) {
    if (!is_number(one) || !is_number(other)) {
        if (is_number(one) != is_number(other)) return is_number(other) <=> is_number(one);
        return one <=> other;
    }
    const auto without_zeros = [](std::string_view number) {
        return number.substr(std::min(number.find_first_not_of('0'), number.size()));
    };
    one = without_zeros(one);
    other = without_zeros(other);
    return one.size() == other.size() ? one <=> other : one.size() <=> other.size();
}

std::strong_ordering compare_prereleases(std::string_view one, std::string_view other) {
    if (one.empty() || other.empty()) return one.empty() <=> other.empty();  // a release comes after all
    while (!one.empty() && !other.empty()) {
        const auto order = compare_parts(next_part(one), next_part(other));
        if (order != std::strong_ordering::equal) return order;
    }
    return other.empty() <=> one.empty();
}

}  // namespace

std::optional<SemanticVersion> SemanticVersion::parse(std::string_view text) {
    const std::string_view all = text.substr(0, text.find('+'));
    std::string_view rest = all.substr(0, all.find('-'));
    if (std::ranges::count(rest, '.') != 2) return std::nullopt;
    SemanticVersion version;
    for (std::uint64_t& number : version.numbers_) {
        const std::string_view part = next_part(rest);
        const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), number);
        if (error != std::errc{} || end != part.data() + part.size()) return std::nullopt;
    }
    if (const auto dash = all.find('-'); dash != std::string_view::npos)
        version.prerelease_ = all.substr(dash + 1);
    return version;
}

std::strong_ordering operator<=>(const SemanticVersion& one, const SemanticVersion& other) {
    if (const auto order = one.numbers_ <=> other.numbers_; order != std::strong_ordering::equal)
        return order;
    return compare_prereleases(one.prerelease_, other.prerelease_);
}

}  // namespace jobhost
