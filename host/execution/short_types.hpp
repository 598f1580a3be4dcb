// The job types whose runs are so short that a process of its own for each is not worth it.
#pragma once

#include "storage/model/time.hpp"

#include <map>
#include <string>

namespace jobhost::host {

// Not thread-safe.
class ShortTypes {
public:
    // A run of that type took so long.
    void ran(const std::string& type, Duration time) {
        Known& known = known_[type];
        // An average in which the last kRuns runs count most.
        known.average += (time - known.average) / kRuns;
        if (known.runs < kRuns) ++known.runs;
    }
    // Nothing is known of any type.
    void forget() noexcept { known_.clear(); }
    bool contains(const std::string& type) const {
        const auto known = known_.find(type);
        return known != known_.end() && known->second.runs == kRuns && known->second.average < kShort;
    }

private:
    static constexpr int kRuns = 32;
    // Several times what it takes to hand a job over; jobs that wait for something else take longer.
    static constexpr Duration kShort = std::chrono::microseconds{250};

    struct Known {
        int runs = 0;
        Duration average = kShort;
    };
    std::map<std::string, Known> known_;
};

}  // namespace jobhost::host
