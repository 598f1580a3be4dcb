// Hands claimed jobs to the pools of their plugins, and what comes of them back.
#pragma once

#include "host/execution/trial.hpp"
#include "host/execution/worker_pool.hpp"
#include "storage/model/type_version.hpp"
#include "storage/server_store.hpp"

#include <map>
#include <random>
#include <set>
#include <string>

namespace jobhost::host {

struct Generation {
    std::shared_ptr<const LoadedPlugin> plugin;
    storage::PluginState state = storage::PluginState::live;
};

// I/O thread only.
class Dispatcher {
public:
    struct Callbacks {
        std::function<void(storage::Settlement)> finished;
        std::function<void(storage::LogChunk)> logged;
        std::function<void(std::set<TypeVersion>)> unavailable_types;  // all of them, each time they change
        // A running job asks for something, to be answered by answer().
        std::function<void(Question)> requested;
        // Types have come or gone, or run by other generations of their plugin from now on; see types().
        std::function<void()> changed;
        // Generations of plugins have come, taken over, or ended; see generations().
        std::function<void()> generations_changed;
        // A new generation of a plugin crashes again and again, and the one before it did not.
        std::function<void(const LoadedPlugin&)> crash_loops;
        // Crashes that do not count any more, once their settlements are written; see JobStore::refund().
        std::function<void(Refund)> refunded;
        // Asked before each job is handed to a worker, and before a worker is started.
        std::function<bool()> may_begin;
        // From then on no worker may live.
        std::function<worker::BootTime()> fence;
    };

    // Starts a pool for each plugin. `server` is the name that events are signed with; `drain_timeout` is how
    // long jobs may go on in a generation that was replaced. References outlive this.
    Dispatcher(boost::asio::io_context& io, Catalog catalog, WorkerOptions options, Duration drain_timeout,
               const Clock& clock, std::string server, Callbacks callbacks);

    // From now on these. A generation that is new takes over its types when its first worker is ready; jobs
    // that run by an earlier one end there, and its workers with them, unless the catalog has that one for
    // payload versions that are left to it. At most three of a plugin drain at a time: a newer one waits
    // until one of them has ended. Types that are in none any more are not run at once.
    void change(Catalog catalog);
    // What runs at present; see Catalog::types().
    std::vector<FoundType> types() const;
    // All that have workers, or are about to; the latest first.
    std::vector<Generation> generations() const;

    // What no plugin has, or takes, is given back.
    void accept(std::vector<Assignment> assignments);
    // To the run that asked, if it goes on.
    void answer(const JobAnswer& answer);
    // Jobs may begin again.
    void resume();
    // The lease is renewed: workers live until its new deadline.
    void move_fences();

    // Somebody wants these runs to end.
    void cancel_runs(const std::vector<storage::HeldRun>& runs);

    // The host stops: what has not begun is given back, running jobs are told.
    void drain();
    // What has not begun is given back; running jobs are cancelled, then killed.
    void cancel(Interruption why);
    void kill(Interruption why);
    // The lease is lost: no worker lives on.
    void fence_off();

    // After drain(): idle workers end in order. No worker is left when is_empty().
    void dismiss();
    bool is_empty() const;

private:
    void add_pool(const std::shared_ptr<const LoadedPlugin>& plugin);
    void take_over();
    bool has_to_wait(const LoadedPlugin& plugin);
    void retire_what_is_not_needed();
    void retire(const LoadedPlugin& plugin);
    void sweep();
    bool is_routed(const LoadedPlugin& plugin) const;
    bool is_needed(const LoadedPlugin& plugin) const;
    const FoundType* route_of(const Assignment& assignment) const;
    void tell_unavailable();
    void start(Assignment assignment);
    void on_run_ended(const LoadedPlugin& plugin, const ClaimedJob& job, Outcome outcome);
    void refund(const LoadedPlugin& plugin);
    void on_ended(const ClaimedJob& job, const RunEnd& end, std::optional<storage::LogChunk> log);
    void on_unavailable(const LoadedPlugin& plugin, bool is_unavailable);
    void flush_logs();

    boost::asio::io_context& io_;
    const WorkerOptions options_;
    const Duration drain_timeout_;
    const Clock& clock_;
    const std::string server_;
    const Callbacks callbacks_;
    Catalog catalog_;
    std::map<const LoadedPlugin*, std::unique_ptr<WorkerPool>> pools_;
    std::map<const LoadedPlugin*, Trial> trials_;  // of those that have pools
    // By type; the latest generation first, and earlier ones for other payload versions.
    std::map<std::string, std::vector<FoundType>> routes_;
    std::set<const LoadedPlugin*> unavailable_;
    std::set<std::uint64_t> rolled_back_;   // generations that have pools
    std::set<std::uint64_t> told_to_wait_;  // generations
    std::size_t in_hand_ = 0;
    std::mt19937_64 random_{std::random_device{}()};
    Timer log_timer_;    // set while jobs run
    Timer sweep_timer_;  // set: a pool is not needed any more
};

}  // namespace jobhost::host
