#include "host/execution/lost_answers.hpp"

#include <spdlog/spdlog.h>

namespace jobhost::host {

namespace {

constexpr BootTime kPeriod = std::chrono::seconds{30};
constexpr std::size_t kMostAtOnce = 1000;

}  // namespace

bool LostAnswers::is_due() const noexcept {
    return is_presumed_ || clock_.now() - compared_at_ >= kPeriod;
}

std::vector<storage::Settlement> LostAnswers::find() {
    const BootTime begun = clock_.now();
    const std::size_t limit = held_.size() + kMostAtOnce;
    const auto known = jobs_.runs_of(server_, limit);
    std::vector<storage::Settlement> lost;
    for (const storage::HeldRun& run : known)
        if (!held_.contains(run))
            lost.push_back(
                {.job = run.job, .lease = run.lease, .cause = Cause::given_back, .target = Enqueued{}});
    if (!lost.empty())
        spdlog::warn("the answer to a claim did not arrive: {} jobs that never began are given back",
                     lost.size());
    compared_at_ = begun;
    is_presumed_ = known.size() == limit;  // then there may be more
    return lost;
}

void LostAnswers::add(std::span<const ClaimedJob> claimed) {
    for (const ClaimedJob& job : claimed)
        held_.insert({job.id, job.lease});
}

void LostAnswers::remove(std::span<const storage::Settlement> written) {
    for (const storage::Settlement& settlement : written)
        held_.erase({settlement.job, settlement.lease});
}

}  // namespace jobhost::host
