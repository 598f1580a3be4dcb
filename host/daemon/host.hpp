// A running host: builds all its parts, starts them, and stops them in order.
#pragma once

#include "config/load.hpp"
#include "host/daemon/incarnation_lock.hpp"
#include "host/execution/dispatcher.hpp"
#include "host/execution/exchange_loop.hpp"
#include "host/plugin/catalog.hpp"
#include "host/scheduling/due_jobs.hpp"
#include "host/scheduling/recurring_jobs.hpp"
#include "host/upkeep/predecessors.hpp"
#include "storage/storage.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/signal_set.hpp>

#include <optional>

namespace jobhost::host {

// Lives on one thread, its I/O thread, which spawns the workers and must outlive them.
class Host {
public:
    // Registers the server and is ready to run. `storage` and `clock` outlive the host. Throws StorageError
    // and std::system_error.
    Host(const config::Configuration& configuration, storage::Storage& storage, const Clock& clock);

    // Serves until SIGTERM or SIGINT, then stops in order: running jobs may end within server.stop_timeout,
    // then they are cancelled, then killed; a second signal hurries. False: something is left to recovery.
    bool run();

    const Catalog& catalog() const noexcept { return catalog_; }

private:
    // How hard the running jobs are pressed to end.
    enum class Stopping { no, draining, cancelling, killing, leaving };

    ServerId enter();
    ExchangeLoop::Callbacks exchange_callbacks();
    Dispatcher::Callbacks dispatcher_callbacks();
    void report_unprovable();
    void wait_for_signal();
    void wait_for_news();
    void stop_harder();
    void check_drained();
    void leave();

    const config::Settings& settings_;
    storage::Storage& storage_;
    const Clock& clock_;
    Catalog catalog_;
    IncarnationLock lock_;  // after the catalog: a host that finds no worker program leaves no proof behind
    ServerId server_;

    boost::asio::io_context io_;
    boost::asio::signal_set signals_{io_};
    std::unique_ptr<storage::Wakeups> wakeups_;
    boost::asio::posix::stream_descriptor news_{io_};
    Timer stop_timer_{io_};
    Timer drain_timer_{io_};
    Stopping stopping_ = Stopping::no;
    bool is_clean_ = true;

    Dispatcher dispatcher_;
    ExchangeLoop exchange_;
    DueJobs due_jobs_;
    RecurringJobs recurring_jobs_;
    Predecessors predecessors_;
    // Last, as their threads use the parts above; running between run() and leave().
    std::optional<Loop> recovery_loop_;
    std::optional<Loop> recurring_loop_;
    std::optional<Loop> due_loop_;
};

}  // namespace jobhost::host
