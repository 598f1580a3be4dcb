#include "host/reload/settling.hpp"

#include <algorithm>
#include <chrono>

namespace jobhost::host {

namespace {

using namespace std::chrono_literals;

constexpr auto kQuiet = 100ms;
constexpr auto kQuietWithLess = 600ms;
constexpr auto kLongest = 1s;

}  // namespace

std::optional<Duration> Settling::see(FilesSeen seen, BootTime now) {
    if (seen != last_) {
        last_ = std::move(seen);
        quiet_since_ = now;
    }
    if (read_ == last_ && is_settled_) {
        changed_since_.reset();
        return std::nullopt;
    }
    if (!changed_since_) changed_since_ = now;
    const BootTime due = has_less() ? quiet_since_ + kQuietWithLess
                                    : std::min<BootTime>(quiet_since_ + kQuiet, *changed_since_ + kLongest);
    return std::max(std::chrono::ceil<Duration>(due - now), Duration::zero());
}

void Settling::read(BootTime now) {
    read_ = last_;
    is_settled_ = now - quiet_since_ >= kQuiet;
    changed_since_.reset();
}

bool Settling::has_less() const {
    if (!read_) return false;
    return std::ranges::any_of(*read_, [&](const auto& before) {
        const auto& [file, mark] = before;
        const auto now = last_.find(file);
        return now == last_.end() || now->second.size < mark.size;
    });
}

}  // namespace jobhost::host
