// One life of a host: what it does from its announcement in the database until it leaves, or until others
// have declared it dead.
#pragma once

#include "config/load.hpp"
#include "host/daemon/announced_types.hpp"
#include "host/daemon/incarnation_lock.hpp"
#include "host/execution/cancel_requests.hpp"
#include "host/execution/dispatcher.hpp"
#include "host/execution/exchange_loop.hpp"
#include "host/execution/run_requests.hpp"
#include "host/plugin/catalog.hpp"
#include "host/scheduling/due_jobs.hpp"
#include "host/scheduling/recurring_jobs.hpp"
#include "host/upkeep/background_work.hpp"
#include "host/upkeep/heartbeat.hpp"
#include "host/upkeep/housekeeping.hpp"
#include "host/upkeep/last_jobs.hpp"
#include "host/upkeep/lease_watch.hpp"
#include "host/upkeep/neighbours.hpp"
#include "host/upkeep/predecessors.hpp"
#include "host/upkeep/server_commands.hpp"
#include "storage/storage.hpp"

#include <boost/asio/io_context.hpp>

#include <functional>
#include <optional>

namespace jobhost::host {

// I/O thread only.
class Incarnation {
public:
    // Announces a new server. `declared_dead` is called once, on the I/O thread, and may destroy this. All
    // references outlive this. Throws StorageError and std::system_error.
    Incarnation(boost::asio::io_context& io, const config::Configuration& configuration,
                storage::Storage& storage, const Clock& clock, const BootClock& boot_clock,
                const Catalog& catalog, const SourceFolders& folders, std::function<void()> declared_dead);
    // Kills the workers at once. What they did and is not written is dropped: if others have not recovered
    // those jobs, they will.
    ~Incarnation();
    Incarnation(const Incarnation&) = delete;
    Incarnation& operator=(const Incarnation&) = delete;

    // A generation of a plugin crashes again and again; see Dispatcher::Callbacks.
    std::function<void(std::uint64_t generation)> crash_loops = [](std::uint64_t) {};

    // No job is left that only this earlier generation of a plugin can run.
    std::function<void(std::uint64_t generation)> unneeded = [](std::uint64_t) {};

    // Somebody asks something of this server, to be answered by answer().
    std::function<void(storage::ServerCommand)> asked = [](const storage::ServerCommand&) {};
    // What this server has of plugins has changed.
    std::function<void(std::vector<storage::ServedPlugin>)> plugins_changed =
        [](const std::vector<storage::ServedPlugin>&) {};

    // Begins to work.
    void start();
    // Others have written to the database.
    void wake();
    // Definitions have changed.
    void look_at_schedules();
    // Plugins have changed.
    void change(const Catalog& catalog);
    void answer(storage::ServerCommandId command, storage::ServerAnswer answer);

    // What has not begun is given back, nothing is claimed any more, running jobs are told.
    void drain();
    void cancel() { dispatcher_->cancel(Interruption::host_stops); }
    void kill() { dispatcher_->kill(Interruption::host_stops); }
    // After drain(): all runs have ended and are written.
    bool is_drained() { return exchange_.is_drained(); }
    // After drain(), once all runs are written: idle workers end. True when none is left.
    bool dismiss();
    // The server ends in order and holds no job any more. REQUIRES: is_drained(). Throws StorageError.
    void leave();

private:
    ServerId enter(const Catalog& catalog);
    Heartbeat::Callbacks heartbeat_callbacks();
    Neighbours::Callbacks neighbour_callbacks();
    Dispatcher::Callbacks dispatcher_callbacks();
    ExchangeLoop::Callbacks exchange_callbacks();
    void stop_loops();

    // From other threads: calls `act` on the I/O thread, unless this is destroyed by then.
    void post(std::function<void()> act);
    void on_types_changed();
    void on_plugins_changed();
    void on_renewed();
    void on_refused();
    void watch_lease();

    boost::asio::io_context& io_;
    const config::Settings& settings_;
    storage::Storage& storage_;
    const Clock& clock_;
    const std::function<void()> declared_dead_;
    const std::shared_ptr<bool> wants_posts_ = std::make_shared<bool>(true);  // the value: I/O thread only
    bool is_refused_ = false;

    IncarnationLock lock_;
    ServerLease lease_;  // counts from before enter()
    const ServerId server_;
    Heartbeat heartbeat_;
    LeaseWatch lease_watch_;
    Timer lease_timer_;
    std::unique_ptr<Dispatcher> dispatcher_;  // destroyed by hand, before the loops are waited for
    ExchangeLoop exchange_;
    RunRequests requests_;
    DueJobs due_jobs_;
    RecurringJobs recurring_jobs_;
    Predecessors predecessors_;
    Neighbours neighbours_;
    Housekeeping housekeeping_;
    BackgroundWork background_work_;
    CancelRequests cancel_requests_;
    AnnouncedTypes announced_types_;
    std::vector<RefusedPlugin> refused_plugins_;
    ServerCommands server_commands_;
    LastJobs last_jobs_;
    // Last, as their threads use the parts above.
    Loop beat_loop_;
    std::optional<Loop> recovery_loop_;
    std::optional<Loop> neighbour_loop_;
    std::optional<Loop> large_loop_;
    std::optional<Loop> recurring_loop_;
    std::optional<Loop> due_loop_;
    std::optional<Loop> housekeeping_loop_;
    std::optional<Loop> background_loop_;
    std::optional<Loop> cancel_loop_;
    std::optional<Loop> types_loop_;
    std::optional<Loop> commands_loop_;
    std::optional<Loop> last_jobs_loop_;
};

}  // namespace jobhost::host
