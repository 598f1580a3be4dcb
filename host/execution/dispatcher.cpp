#include "host/execution/dispatcher.hpp"

#include "host/execution/settle.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace jobhost::host {

namespace {

// How far the log in the database may lag behind a running job.
constexpr Duration kLogPeriod = std::chrono::milliseconds{500};
// Each has workers, and an image in memory.
constexpr std::ptrdiff_t kMostDraining = 3;

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

std::map<std::string, std::vector<FoundType>> by_name(const Catalog& catalog) {
    std::map<std::string, std::vector<FoundType>> types;
    for (FoundType& type : catalog.types())
        types[type.description().full_name].push_back(std::move(type));
    return types;
}

bool is_same(const FoundType& one, const FoundType& other) {
    return one.plugin == other.plugin && one.payload_versions == other.payload_versions;
}

}  // namespace

Dispatcher::Dispatcher(boost::asio::io_context& io, Catalog catalog, WorkerOptions options,
                       Duration drain_timeout, const Clock& clock, std::string server, Callbacks callbacks)
    : io_{io},
      options_{std::move(options)},
      drain_timeout_{drain_timeout},
      clock_{clock},
      server_{std::move(server)},
      callbacks_{std::move(callbacks)},
      catalog_{std::move(catalog)},
      log_timer_{io},
      sweep_timer_{io} {
    for (const auto& plugin : catalog_.plugins())
        add_pool(plugin);
    routes_ = by_name(catalog_);
}

void Dispatcher::add_pool(const std::shared_ptr<const LoadedPlugin>& plugin) {
    const LoadedPlugin* const key = plugin.get();
    if (plugin->in_place_of != 0) rolled_back_.insert(plugin->in_place_of);
    const LoadedPlugin* before = nullptr;
    for (const auto& [other, pool] : pools_)
        if (other->description.name == plugin->description.name &&
            (before == nullptr || before->generation < other->generation))
            before = other;
    trials_.emplace(key, Trial{before != nullptr && !trials_.at(before).has_crashed()});
    pools_[key] = std::make_unique<WorkerPool>(
        io_, plugin, options_, drain_timeout_, clock_,
        WorkerPool::Callbacks{
            .ended =
                [this, key](const ClaimedJob& job, const RunEnd& end, std::optional<storage::LogChunk> log) {
                    on_ended(job, end, std::move(log));
                    on_run_ended(*key, job, end.outcome);
                },
            .ready = [this] { take_over(); },
            .emptied = [this] { sweep_timer_.after(Duration::zero(), [this] { sweep(); }); },
            .unavailable = [this, key](bool is_unavailable) { on_unavailable(*key, is_unavailable); },
            .requested = callbacks_.requested,
            .may_begin = callbacks_.may_begin,
            .fence = callbacks_.fence});
}

void Dispatcher::change(Catalog catalog) {
    catalog_ = std::move(catalog);
    for (const auto& plugin : catalog_.plugins())
        if (!pools_.contains(plugin.get())) add_pool(plugin);
    take_over();
}

// By each type whose latest plugin has a worker that is ready, as nothing shall wait for the first of them.
// Until then all of it stays as it is.
void Dispatcher::take_over() {
    auto wanted = by_name(catalog_);
    bool is_changed =
        std::erase_if(routes_, [&](const auto& route) { return !wanted.contains(route.first); }) > 0;
    std::set<const LoadedPlugin*> live;
    for (auto& [name, types] : wanted) {
        std::vector<FoundType>& route = routes_[name];
        if (std::ranges::equal(route, types, is_same)) continue;
        const LoadedPlugin* const latest = types.front().plugin.get();
        if (route.empty() || route.front().plugin.get() != latest) {
            if (!pools_.at(latest)->is_ready() || has_to_wait(*latest)) continue;
            live.insert(latest);
        }
        route = std::move(types);
        is_changed = true;
    }
    std::erase_if(routes_, [](const auto& route) { return route.second.empty(); });
    if (is_changed) tell_unavailable();
    for (const LoadedPlugin* plugin : live)
        spdlog::info("plugin {} {} (generation {}) is live", plugin->description.name,
                     plugin->description.version, plugin->generation);
    retire_what_is_not_needed();
    if (is_changed) callbacks_.changed();
    callbacks_.generations_changed();
}

// One that is about to replace another, while enough others have been replaced and have not ended.
bool Dispatcher::has_to_wait(const LoadedPlugin& plugin) {
    if (is_routed(plugin)) return false;
    const auto draining = std::ranges::count_if(pools_, [&](const auto& other) {
        return other.second->is_retired() && other.first->description.name == plugin.description.name;
    });
    if (draining < kMostDraining) return false;
    if (told_to_wait_.insert(plugin.generation).second)
        spdlog::warn(
            "plugin {} {} (generation {}) waits: jobs go on in {} versions before the one that is live; it "
            "takes "
            "over when one of these has ended",
            plugin.description.name, plugin.description.version, plugin.generation, draining);
    return true;
}

bool Dispatcher::is_routed(const LoadedPlugin& plugin) const {
    return std::ranges::any_of(routes_, [&](const auto& route) {
        return std::ranges::any_of(route.second,
                                   [&](const FoundType& type) { return type.plugin.get() == &plugin; });
    });
}

bool Dispatcher::is_needed(const LoadedPlugin& plugin) const {
    return is_routed(plugin) ||
           std::ranges::any_of(catalog_.plugins(), [&](const auto& other) { return other.get() == &plugin; });
}

void Dispatcher::retire_what_is_not_needed() {
    std::vector<const LoadedPlugin*> done;
    for (const auto& [plugin, pool] : pools_)
        if (!is_needed(*plugin) && !pool->is_retired()) done.push_back(plugin);
    for (const LoadedPlugin* plugin : done)
        retire(*plugin);
}

void Dispatcher::retire(const LoadedPlugin& plugin) {
    spdlog::info("plugin {} {} (generation {}) has been {}; what runs by it goes on to its end",
                 plugin.description.name, plugin.description.version, plugin.generation,
                 catalog_.named(plugin.description.name) ? "replaced" : "removed");
    for (Assignment& assignment : pools_.at(&plugin)->retire())
        start(std::move(assignment));
    refund(plugin);
}

// From now on no job begins in it, and those that it still runs are looked at when they end.
void Dispatcher::refund(const LoadedPlugin& plugin) {
    const WorkerPool& pool = *pools_.at(&plugin);
    if (!rolled_back_.contains(plugin.generation) || !pool.is_retired()) return;
    std::vector<storage::CrashedJob> crashed =
        trials_.at(&plugin).take_crashed([&](JobId job) { return !pool.holds(job); });
    if (!crashed.empty())
        callbacks_.refunded({std::move(crashed), server_,
                             "a crash does not count: " + plugin.description.name + " " +
                                 plugin.description.version + ", in which it happened, was rolled back"});
}

// With each that has ended there is room for one that waits.
void Dispatcher::sweep() {
    std::erase_if(pools_, [&](const auto& pool) {
        const bool is_done = pool.second->is_retired() && pool.second->is_empty();
        if (is_done) {
            trials_.erase(pool.first);
            unavailable_.erase(pool.first);
            told_to_wait_.erase(pool.first->generation);
            rolled_back_.erase(pool.first->generation);
        }
        return is_done;
    });
    take_over();
}

std::vector<Generation> Dispatcher::generations() const {
    std::vector<Generation> all;
    for (const auto& [plugin, pool] : pools_)
        all.push_back({pool->plugin(), pool->is_retired()   ? storage::PluginState::draining
                                       : is_routed(*plugin) ? storage::PluginState::live
                                                            : storage::PluginState::waiting});
    std::ranges::sort(all, std::greater{}, [](const Generation& each) { return each.plugin->generation; });
    return all;
}

std::vector<FoundType> Dispatcher::types() const {
    std::vector<FoundType> types;
    for (const auto& [name, route] : routes_)
        types.insert(types.end(), route.begin(), route.end());
    return types;
}

void Dispatcher::accept(std::vector<Assignment> assignments) {
    in_hand_ += assignments.size();
    for (Assignment& assignment : assignments)
        start(std::move(assignment));
    if (in_hand_ > 0 && !log_timer_.is_set()) log_timer_.after(kLogPeriod, [this] { flush_logs(); });
}

// 0 stands for the newest payload version. Null: none runs it.
const FoundType* Dispatcher::route_of(const Assignment& assignment) const {
    const auto route = routes_.find(assignment.type);
    if (route == routes_.end()) return nullptr;
    const int version = assignment.payload_version;
    const auto found = std::ranges::find_if(route->second, [&](const FoundType& type) {
        return version == 0 || type.payload_versions.contains(version);
    });
    return found == route->second.end() ? nullptr : &*found;
}

// It may have been claimed before its type was changed.
void Dispatcher::start(Assignment assignment) {
    const FoundType* const route = route_of(assignment);
    if (route == nullptr)
        return on_ended(assignment.job, {.outcome = Outcome::not_begun, .finished_at = clock_.now()},
                        std::nullopt);
    std::optional<Duration>& timeout = assignment.job.policy.timeout;
    if (!timeout) timeout = route->description().default_timeout;
    pools_.at(route->plugin.get())->run(std::move(assignment));
}

void Dispatcher::on_run_ended(const LoadedPlugin& plugin, const ClaimedJob& job, Outcome outcome) {
    if (outcome == Outcome::not_begun) return;
    if (trials_.at(&plugin).is_failed_by(job, outcome)) callbacks_.crash_loops(plugin);
    refund(plugin);
}

void Dispatcher::on_ended(const ClaimedJob& job, const RunEnd& end, std::optional<storage::LogChunk> log) {
    const double random = std::uniform_real_distribution<double>{0.0, 1.0}(random_);
    storage::Settlement settlement = settlement_of(job, end, random, server_);
    if (log) settlement.log.push_back(std::move(*log));
    report(settlement);
    if (--in_hand_ == 0) log_timer_.cancel();
    callbacks_.finished(std::move(settlement));
}

void Dispatcher::on_unavailable(const LoadedPlugin& plugin, bool is_unavailable) {
    if (is_unavailable)
        unavailable_.insert(&plugin);
    else
        unavailable_.erase(&plugin);
    tell_unavailable();
}

void Dispatcher::tell_unavailable() {
    std::set<TypeVersion> types;
    for (const FoundType& type : this->types())
        if (unavailable_.contains(type.plugin.get()))
            for (const int version : type.payload_versions)
                types.insert({type.description().full_name, version});
    callbacks_.unavailable_types(std::move(types));
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
