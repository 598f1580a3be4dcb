// The first runs of a new generation of a plugin, which tell whether it is worse than the one before.
#pragma once

#include "host/execution/outcome.hpp"

namespace jobhost::host {

// Not thread-safe.
class Trial {
public:
    // `has_better`: there is an earlier generation, none of whose runs has crashed.
    explicit Trial(bool has_better) : has_better_{has_better} {}

    // A run has ended. True, once: of the first ones so many have crashed that the earlier generation is to
    // take over again.
    bool is_failed_by(Outcome outcome) noexcept {
        ++runs_;
        if (outcome != Outcome::crashed) return false;
        ++crashes_;
        return has_better_ && crashes_ == kCrashes && runs_ <= kFirstRuns;
    }
    bool has_crashed() const noexcept { return crashes_ > 0; }

private:
    static constexpr int kFirstRuns = 20;
    static constexpr int kCrashes = 3;

    const bool has_better_;
    int runs_ = 0;
    int crashes_ = 0;
};

}  // namespace jobhost::host
