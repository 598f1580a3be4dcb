#include "host/execution/dispatcher.hpp"

#include "host/execution/settle.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace jobhost::host {

namespace {

// How far the log in the database may lag behind a running job.
constexpr Duration kLogPeriod = std::chrono::milliseconds{500};

void report(const storage::Settlement& settlement) {
    if (!settlement.event) return;
    const JobEvent& event = *settlement.event;
    const StateName state = name_of(settlement.target);
    if (state == StateName::failed)
        spdlog::error("job {} failed for good in attempt {}: {}: {}", settlement.job.value, event.attempt,
                      event.error_code, event.message);
    else
        spdlog::warn("job {} {} after attempt {}: {}: {}", settlement.job.value, to_string(settlement.cause),
                     event.attempt, event.error_code, event.message);
}

}  // namespace

Dispatcher::Dispatcher(boost::asio::io_context& io, const Catalog& catalog, const WorkerOptions& options,
                       const Clock& clock, std::string server, Callbacks callbacks)
    : io_{io},
      catalog_{catalog},
      clock_{clock},
      server_{std::move(server)},
      callbacks_{std::move(callbacks)},
      log_timer_{io} {
    for (const LoadedPlugin& plugin : catalog_.plugins())
        pools_[&plugin] = std::make_unique<WorkerPool>(
            io_, plugin, options, clock_,
            WorkerPool::Callbacks{
                .ended = [this](const ClaimedJob& job, const RunEnd& end,
                                std::optional<storage::LogChunk> log) { on_ended(job, end, std::move(log)); },
                .unavailable =
                    [this, &plugin](bool is_unavailable) {
                        on_unavailable(plugin.description, is_unavailable);
                    },
                .requested = callbacks_.requested,
                .may_begin = callbacks_.may_begin,
                .fence = callbacks_.fence});
}

void Dispatcher::accept(std::vector<Assignment> assignments) {
    in_hand_ += assignments.size();
    for (Assignment& assignment : assignments) {
        const FoundType found = catalog_.find(assignment.type).value();
        std::optional<Duration>& timeout = assignment.job.policy.timeout;
        if (!timeout) timeout = found.plugin->description.types.at(found.type).default_timeout;
        pools_.at(found.plugin)->run(std::move(assignment));
    }
    if (in_hand_ > 0 && !log_timer_.is_set()) log_timer_.after(kLogPeriod, [this] { flush_logs(); });
}

void Dispatcher::on_ended(const ClaimedJob& job, const RunEnd& end, std::optional<storage::LogChunk> log) {
    const double random = std::uniform_real_distribution<double>{0.0, 1.0}(random_);
    storage::Settlement settlement = settlement_of(job, end, random, server_);
    if (log) settlement.log.push_back(std::move(*log));
    report(settlement);
    if (--in_hand_ == 0) log_timer_.cancel();
    callbacks_.finished(std::move(settlement));
}

void Dispatcher::on_unavailable(const PluginDescription& plugin, bool is_unavailable) {
    for (const JobTypeDescription& type : plugin.types) {
        if (is_unavailable)
            unavailable_types_.insert(type.full_name);
        else
            unavailable_types_.erase(type.full_name);
    }
    callbacks_.unavailable_types(unavailable_types_);
}

void Dispatcher::flush_logs() {
    for (const auto& [plugin, pool] : pools_)
        for (storage::LogChunk& chunk : pool->take_log())
            callbacks_.logged(std::move(chunk));
    log_timer_.after(kLogPeriod, [this] { flush_logs(); });
}

void Dispatcher::answer(const JobAnswer& answer) {
    for (const auto& [plugin, pool] : pools_)
        pool->answer(answer);
}

void Dispatcher::drain() {
    for (const auto& [plugin, pool] : pools_)
        pool->drain();
}

void Dispatcher::resume() {
    for (const auto& [plugin, pool] : pools_)
        pool->resume();
}

void Dispatcher::move_fences() {
    for (const auto& [plugin, pool] : pools_)
        pool->move_fences(callbacks_.fence());
}

void Dispatcher::cancel(Interruption why) {
    for (const auto& [plugin, pool] : pools_)
        pool->cancel(why);
}

void Dispatcher::cancel_runs(const std::vector<storage::HeldRun>& runs) {
    for (const storage::HeldRun& run : runs)
        for (const auto& [plugin, pool] : pools_)
            pool->cancel_run(run);
}

void Dispatcher::kill(Interruption why) {
    for (const auto& [plugin, pool] : pools_)
        pool->kill(why);
}

void Dispatcher::fence_off() {
    for (const auto& [plugin, pool] : pools_)
        pool->fence_off();
}

void Dispatcher::dismiss() {
    for (const auto& [plugin, pool] : pools_)
        pool->dismiss();
}

bool Dispatcher::is_empty() const {
    return std::all_of(pools_.begin(), pools_.end(),
                       [](const auto& pool) { return pool.second->is_empty(); });
}

}  // namespace jobhost::host
