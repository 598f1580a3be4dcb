#include "host/daemon/host.hpp"

#include "host/daemon/served.hpp"
#include "storage/model/time_text.hpp"

#include <boost/asio/post.hpp>
#include <spdlog/spdlog.h>
#include <systemd/sd-daemon.h>

#include <array>
#include <csignal>
#include <unistd.h>

namespace jobhost::host {

namespace {

using namespace std::chrono_literals;

// After each of these a running job is pressed harder.
constexpr Duration kCancelPeriod = 5s;
constexpr Duration kKillPeriod = 5s;
// How long the last results may take to be written.
constexpr Duration kLeavePeriod = 10s;
constexpr Duration kDrainCheckPeriod = 20ms;

std::string machine_name() {
    std::array<char, 256> name{};
    ::gethostname(name.data(), name.size() - 1);
    return name.data();
}

WorkerOptions worker_options(const config::Configuration& configuration, int lock) {
    return {.program = {},
            .working_directory = configuration.folder,
            .lock_descriptor = lock,
            .start_timeout = configuration.settings.plugins.start_timeout};
}

}  // namespace

Host::Host(const config::Configuration& configuration, storage::Storage& storage, const Clock& clock)
    : settings_{configuration.settings},
      storage_{storage},
      clock_{clock},
      catalog_{Catalog::scan(settings_.plugins.folder, worker_options(configuration, -1))},
      lock_{settings_.server.state_folder},
      server_{enter()},
      wakeups_{storage.watch()},
      dispatcher_{io_,
                  catalog_,
                  worker_options(configuration, lock_.descriptor()),
                  clock_,
                  settings_.server.name,
                  dispatcher_callbacks()},
      exchange_{storage.jobs(), server_, static_cast<std::size_t>(settings_.server.workers),
                served_by(settings_, catalog_), exchange_callbacks()},
      due_jobs_{storage.jobs(), clock, [this] { exchange_.wake(); }},
      recurring_jobs_{storage, clock, served_by(settings_, catalog_).types, [this] { exchange_.wake(); }},
      predecessors_{storage.servers(), settings_.server.state_folder, lock_.incarnation(),
                    [this] { exchange_.wake(); }} {}

ServerId Host::enter() {
    const storage::ServerInfo info{
        .incarnation = lock_.incarnation(),
        .name = settings_.server.name,
        .application = settings_.server.application,
        .host_name = machine_name(),
        .pid = ::getpid(),
        .workers = settings_.server.workers,
    };
    return storage_.servers().enter(info, served_types_of(catalog_));
}

ExchangeLoop::Callbacks Host::exchange_callbacks() {
    return {
        .deliver =
            [this](std::vector<Assignment> assignments) {
                boost::asio::post(io_, [this, assignments = std::move(assignments)]() mutable {
                    dispatcher_.accept(std::move(assignments));
                });
            },
        .refused =
            [this] {
                boost::asio::post(io_, [this] {
                    if (stopping_ != Stopping::no) return;
                    spdlog::critical("this server was declared dead by another one; stopping");
                    is_clean_ = false;
                    stop_harder();
                });
            },
    };
}

Dispatcher::Callbacks Host::dispatcher_callbacks() {
    return {
        .finished = [this](storage::Settlement settlement) { exchange_.finish(std::move(settlement)); },
        .logged = [this](storage::LogChunk chunk) { exchange_.append_log(std::move(chunk)); },
        .unavailable_types =
            [this](std::set<std::string> types) { exchange_.set_unavailable_types(std::move(types)); },
    };
}

// Without its lock nobody can prove that such a host has ended, so its jobs stay with it.
void Host::report_unprovable() {
    for (const storage::ServerInfo& server : storage_.servers().list()) {
        const bool is_here = server.state == storage::ServerState::live && server.host_name == machine_name();
        const auto lock = lock_folder(settings_.server.state_folder) / (server.incarnation + ".lock");
        if (is_here && !std::filesystem::exists(lock))
            spdlog::warn(
                "server {} (process {}, started {}) of this machine counts as live, but its lock is not in "
                "{}; if it has ended, start jobhost once with the state folder that it used, and its jobs "
                "run again",
                server.name, server.pid, to_text(server.started_at), settings_.server.state_folder.string());
    }
}

bool Host::run() {
    report_unprovable();
    signals_.add(SIGTERM);
    signals_.add(SIGINT);
    wait_for_signal();
    news_.assign(::dup(wakeups_->descriptor()));
    wait_for_news();
    recovery_loop_.emplace("recovery", [this] { return predecessors_.run_once(); });
    recurring_loop_.emplace("recurring jobs", [this] { return recurring_jobs_.run_once(); });
    due_loop_.emplace("due jobs", [this] { return due_jobs_.run_once(); });
    spdlog::info("server {} is ready: {} workers, {} plugins", settings_.server.name,
                 settings_.server.workers, catalog_.plugins().size());
    ::sd_notify(0, "READY=1");
    io_.run();
    return is_clean_;
}

void Host::wait_for_signal() {
    signals_.async_wait([this](const boost::system::error_code& error, int signal) {
        if (error) return;
        spdlog::info("{}: stopping", signal == SIGTERM ? "SIGTERM" : "SIGINT");
        stop_harder();
        wait_for_signal();
    });
}

void Host::wait_for_news() {
    news_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                     [this](const boost::system::error_code& error) {
                         if (error) return;
                         if (wakeups_->drain()) {
                             exchange_.wake();
                             if (due_loop_) due_loop_->wake();
                         }
                         wait_for_news();
                     });
}

void Host::stop_harder() {
    switch (stopping_) {
        case Stopping::no:
            stopping_ = Stopping::draining;
            ::sd_notify(0, "STOPPING=1");
            exchange_.stop_claiming();
            dispatcher_.drain();
            check_drained();
            stop_timer_.after(settings_.server.stop_timeout, [this] { stop_harder(); });
            break;
        case Stopping::draining:
            stopping_ = Stopping::cancelling;
            spdlog::warn("running jobs are cancelled; they run again after the next start");
            dispatcher_.cancel();
            stop_timer_.after(kCancelPeriod, [this] { stop_harder(); });
            break;
        case Stopping::cancelling:
            stopping_ = Stopping::killing;
            spdlog::warn("jobs that did not end are killed");
            dispatcher_.kill();
            stop_timer_.after(kKillPeriod + kLeavePeriod, [this] { stop_harder(); });
            break;
        case Stopping::killing:
            is_clean_ = is_clean_ && exchange_.is_drained();
            if (!is_clean_)
                spdlog::error(
                    "the last results could not be written in time; those jobs are left to recovery");
            leave();
            break;
        case Stopping::leaving:
            break;
    }
}

void Host::check_drained() {
    if (exchange_.is_drained()) {
        dispatcher_.dismiss();
        if (dispatcher_.is_empty()) return leave();
    }
    drain_timer_.after(kDrainCheckPeriod, [this] { check_drained(); });
}

void Host::leave() {
    stopping_ = Stopping::leaving;
    recovery_loop_.reset();
    recurring_loop_.reset();
    due_loop_.reset();
    exchange_.stop();
    try {
        if (is_clean_) {
            storage_.servers().leave(server_);
            lock_.remove();
        }
    } catch (const storage::StorageError& error) {
        spdlog::error("cannot take leave of the database: {}", error.what());
        is_clean_ = false;
    }
    io_.stop();
}

}  // namespace jobhost::host
