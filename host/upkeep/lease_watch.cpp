#include "host/upkeep/lease_watch.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace jobhost::host {

namespace {
constexpr Duration kLongestPause = std::chrono::seconds{1};
}  // namespace

Duration LeaseWatch::run_once() {
    const LeaseStage stage = lease_.stage();
    if (stage != stage_) enter(stage);
    return std::min(lease_.until_next_stage().value_or(kLongestPause), kLongestPause);
}

void LeaseWatch::enter(LeaseStage stage) {
    stage_ = stage;
    switch (stage) {
        case LeaseStage::held:
            spdlog::info("the database has renewed the lease; work goes on");
            break;
        case LeaseStage::waning:
            spdlog::warn("the database does not renew the lease: nothing new begins");
            break;
        case LeaseStage::failing:
            spdlog::warn("the database does not renew the lease: running jobs are cancelled; they run again");
            callbacks_.cancel();
            break;
        case LeaseStage::lost:
            spdlog::error("the lease is lost: jobs that still run are killed; they run again");
            callbacks_.kill();
            break;
    }
}

}  // namespace jobhost::host
