#include "host/requests/spellings.hpp"

#include "config/values.hpp"
#include "storage/model/time_text.hpp"

#include <charconv>

namespace jobhost::host {

std::optional<std::int64_t> parse_id(std::string_view text) {
    std::int64_t id = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, id);
    if (error != std::errc{} || stop != end || id <= 0) return std::nullopt;
    return id;
}

bool parse_held_while(std::string_view text, Unique& unique) {
    constexpr std::string_view kWindow = "window(";
    if (text.starts_with(kWindow) && text.ends_with(')')) {
        const auto window = parse_duration(text.substr(kWindow.size(), text.size() - kWindow.size() - 1));
        if (!window || *window < kMinUniqueWindow) return false;
        unique.held = HeldWhile::window;
        unique.window = *window;
        return true;
    }
    for (const HeldWhile held : {HeldWhile::queued, HeldWhile::until_started, HeldWhile::until_finished})
        if (to_string(held) == text) {
            unique.held = held;
            return true;
        }
    return false;
}

std::optional<OnConflict> parse_on_conflict(std::string_view text) {
    for (std::size_t i = 0; i < kOnConflictNames.size(); ++i)
        if (kOnConflictNames[i] == text) return static_cast<OnConflict>(i);
    return std::nullopt;
}

std::optional<LimitUse> parse_limit_use(std::string_view text) {
    const std::size_t colon = text.find(':');
    LimitUse use{std::string{text.substr(0, colon)}, ""};
    if (colon != std::string_view::npos) use.key = text.substr(colon + 1);
    if (!config::is_name(use.limit)) return std::nullopt;
    return use;
}

std::string spelling_of(const LimitUse& use) {
    return use.limit + (use.key.empty() ? "" : ":" + use.key);
}

}  // namespace jobhost::host
