// Time as jobhost sees it: UTC, microseconds, the finest step that all three databases keep.
#pragma once

#include <chrono>

namespace jobhost {

using TimePoint = std::chrono::sys_time<std::chrono::microseconds>;
using Duration = std::chrono::microseconds;

// The only source of "now". Thread-safe.
class Clock {
public:
    virtual ~Clock() = default;
    virtual TimePoint now() const noexcept = 0;
};

class SystemClock final : public Clock {
public:
    TimePoint now() const noexcept override {
        return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
    }
};

}  // namespace jobhost
