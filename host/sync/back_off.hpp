// How long to wait before trying again: doubling, within bounds.
#pragma once

#include "storage/model/time.hpp"

#include <algorithm>

namespace jobhost::host {

// A value. Not thread-safe.
class BackOff {
public:
    // REQUIRES: zero < first <= longest
    BackOff(Duration first, Duration longest) : first_{first}, longest_{longest} {}

    // The pause to make now; each one is twice as long as the one before.
    Duration next() {
        pause_ = std::clamp(pause_ * 2, first_, longest_);
        return pause_;
    }
    void reset() noexcept { pause_ = {}; }
    // next() was called since the last reset().
    bool is_active() const noexcept { return pause_ != Duration{}; }

private:
    Duration first_;
    Duration longest_;
    Duration pause_{};
};

}  // namespace jobhost::host
