#include "storage/model/schedule.hpp"

namespace jobhost {
namespace {

constexpr auto kHorizon = std::chrono::days{36'525};  // 100 years

}  // namespace

std::optional<TimePoint> Every::next(TimePoint after) const {
    if (period <= Duration{0}) return std::nullopt;
    TimePoint due = anchor;
    if (after >= anchor) due += ((after - anchor) / period + 1) * period;
    if (due - after > kHorizon) return std::nullopt;
    return due;
}

std::optional<TimePoint> next_due(const Schedule& schedule, TimePoint after) {
    return std::visit([after](const auto& one) { return one.next(after); }, schedule);
}

}  // namespace jobhost
