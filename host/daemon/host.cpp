#include "host/daemon/host.hpp"

#include "host/daemon/worker_options.hpp"
#include "host/plugin/orphans.hpp"
#include "host/plugin/worker_group.hpp"

#include <boost/asio/post.hpp>
#include <spdlog/spdlog.h>
#include <sys/prctl.h>
#include <systemd/sd-daemon.h>

#include <csignal>
#include <fcntl.h>
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
constexpr Duration kFilesPeriod = 20ms;

bool has_terminal() {
    return static_cast<bool>(worker::Descriptor{::open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC)});
}

}  // namespace

// The plugins come first: a host that finds no worker program leaves no lock behind.
Host::Host(const config::Configuration& configuration, storage::Storage& storage, const Clock& clock,
           Reload& reload, FolderWatch& watch)
    : configuration_{configuration},
      storage_{storage},
      clock_{clock},
      plugins_{configuration.settings.plugins.folder,
               image_folder(configuration.settings.server.state_folder, configuration.settings.server.name),
               Trust{configuration.settings.plugins.trust},
               worker_options(configuration),
               plugin_watch_,
               boot_clock_},
      plugin_verbs_{plugins_, boot_clock_,
                    [this](storage::ServerCommandId command, storage::ServerAnswer answer) {
                        boost::asio::post(io_, [this, command, answer = std::move(answer)] {
                            if (incarnation_) incarnation_->answer(command, answer);
                        });
                    }},
      wakeups_{storage.watch()},
      reload_{reload},
      watch_{watch},
      had_terminal_{has_terminal()} {
    // Neither a job nor anybody else of this user reads or writes its memory.
    ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    adopt_orphans();
    sweep_groups(delegated_group());
    if (const int count = kill_orphans_of_dead_hosts(); count > 0)
        spdlog::warn("processes that jobs of an earlier host have left behind are killed: {}", count);
    plugins_.start();
    plugins_.changed = [this](const Catalog& catalog) { on_plugins_changed(catalog); };
    catalog_.with([&](Catalog& catalog) { catalog = plugins_.catalog(); });
    reload_.has_type = [this](const std::string& type) { return has_type(type); };
    reload_.applied = [this] {
        boost::asio::post(io_, [this] {
            if (incarnation_) incarnation_->look_at_schedules();
        });
    };
    enter();
}

void Host::enter() {
    const Catalog catalog = catalog_.with([](const Catalog& latest) { return latest; });
    incarnation_.emplace(io_, configuration_, storage_, clock_, boot_clock_, catalog, reload_.folders(),
                         [this] { on_declared_dead(); });
    incarnation_->crash_loops = [this](std::uint64_t generation) {
        plugins_.roll_back(generation);
        if (plugins_loop_) plugins_loop_->wake();
    };
    incarnation_->unneeded = [this](std::uint64_t generation) {
        plugins_.let_go(generation);
        if (plugins_loop_) plugins_loop_->wake();
    };
    incarnation_->asked = [this](const storage::ServerCommand& command) { on_asked(command); };
    incarnation_->plugins_changed = [this](std::vector<storage::ServedPlugin> plugins) {
        plugin_verbs_.set_served(std::move(plugins));
        if (plugins_loop_) plugins_loop_->wake();
    };
}

void Host::on_asked(const storage::ServerCommand& command) {
    if (stopping_ != Stopping::no)
        return incarnation_->answer(
            command.id, {.is_done = false,
                         .text = R"({"reason": "this server is stopping", "remedy": "start it again"})"});
    if (!PluginVerbs::knows(command.request.verb))
        return incarnation_->answer(command.id,
                                    {.is_done = false,
                                     .text = R"({"reason": "this server does not know what is asked of it", )"
                                             R"("remedy": "bring it to the version of who asks"})"});
    plugin_verbs_.ask(command);
    if (plugins_loop_) plugins_loop_->wake();
}

bool Host::has_type(const std::string& type) {
    return catalog_.with([&](const Catalog& latest) { return latest.find(type).has_value(); });
}

// Where it does not come any more, as the host is about to return to life, it is found by enter().
void Host::on_plugins_changed(const Catalog& catalog) {
    catalog_.with([&](Catalog& latest) { latest = catalog; });
    boost::asio::post(io_, [this, catalog] {
        if (incarnation_ && stopping_ == Stopping::no) incarnation_->change(catalog);
    });
}

bool Host::run() {
    signals_.add(SIGTERM);
    signals_.add(SIGINT);
    wait_for_signal();
    news_.assign(::dup(wakeups_->descriptor()));
    wait_for_news();
    hang_up_.add(SIGHUP);
    wait_for_hang_up();
    children_.add(SIGCHLD);
    wait_for_children();
    wait_for_hints(file_hints_, watch_, reload_loop_);
    wait_for_hints(plugin_hints_, plugin_watch_, plugins_loop_);
    incarnation_->start();
    reload_loop_.emplace("configuration", [this] { return reload_.run_once(); });
    plugins_loop_.emplace("plugins", [this] { return plugin_verbs_.run_once(); });
    const config::ServerSettings& server = configuration_.settings.server;
    spdlog::info("server {} is ready: {} workers, {} plugins", server.name, server.workers,
                 catalog_.with([](const Catalog& latest) { return latest.plugins().size(); }));
    ::sd_notify(0, "READY=1");
    io_.run();
    return is_clean_;
}

void Host::on_declared_dead() {
    spdlog::critical(
        "this server was declared dead by another one: its workers are killed, and what they did since then "
        "is dropped");
    incarnation_.reset();
    if (stopping_ == Stopping::no) return return_to_life();
    is_clean_ = false;
    leave();
}

void Host::return_to_life() {
    try {
        enter();
    } catch (const std::exception& error) {  // the database may be away again
        if (!return_pause_.is_active()) spdlog::error("cannot return: {}; trying again", error.what());
        return return_timer_.after(return_pause_.next(), [this] { return_to_life(); });
    }
    return_pause_.reset();
    incarnation_->start();
    spdlog::info("the server has returned as a new one");
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
                         if (wakeups_->drain() && incarnation_) incarnation_->wake();
                         wait_for_news();
                     });
}

// Somebody asks for it, or closed the window that the host runs in. After the host was told to stop, its
// files do not matter any more.
void Host::wait_for_hang_up() {
    hang_up_.async_wait([this](const boost::system::error_code& error, int) {
        if (error) return;
        if (had_terminal_ && !has_terminal()) {
            if (stopping_ == Stopping::no) stop_harder();
        } else if (reload_loop_) {
            spdlog::info("SIGHUP: reading the configuration");
            reload_.hurry();
            reload_loop_->wake();
        }
        wait_for_hang_up();
    });
}

// Workers are watched by themselves; others are what jobs have left behind.
void Host::wait_for_children() {
    children_.async_wait([this](const boost::system::error_code& error, int) {
        if (error) return;
        tend_to_orphans();
        wait_for_children();
    });
}

// In a storm of changes there is no more than one hint in each pause.
void Host::wait_for_hints(Hints& hints, FolderWatch& watch, std::optional<Loop>& loop) {
    if (!hints.news.is_open()) {
        if (watch.descriptor() < 0) return;
        const int descriptor = ::fcntl(watch.descriptor(), F_DUPFD_CLOEXEC, 0);
        if (descriptor < 0) return;  // the loop looks by itself, too
        hints.news.assign(descriptor);
    }
    hints.news.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                          [&](const boost::system::error_code& error) {
                              if (error || !loop) return;
                              watch.drain();
                              loop->wake();
                              hints.pause.after(kFilesPeriod, [&] { wait_for_hints(hints, watch, loop); });
                          });
}

void Host::stop_harder() {
    switch (stopping_) {
        case Stopping::no:
            stopping_ = Stopping::draining;
            ::sd_notify(0, "STOPPING=1");
            return_timer_.cancel();
            reload_loop_.reset();
            plugins_loop_.reset();
            if (!incarnation_) return leave();
            incarnation_->drain();
            check_drained();
            stop_timer_.after(configuration_.settings.server.stop_timeout, [this] { stop_harder(); });
            break;
        case Stopping::draining:
            stopping_ = Stopping::cancelling;
            spdlog::warn("running jobs are cancelled; they run again after the next start");
            incarnation_->cancel();
            stop_timer_.after(kCancelPeriod, [this] { stop_harder(); });
            break;
        case Stopping::cancelling:
            stopping_ = Stopping::killing;
            spdlog::warn("jobs that did not end are killed");
            incarnation_->kill();
            stop_timer_.after(kKillPeriod + kLeavePeriod, [this] { stop_harder(); });
            break;
        case Stopping::killing:
            is_clean_ = is_clean_ && incarnation_->is_drained();
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
    if (incarnation_->is_drained() && incarnation_->dismiss()) return leave();
    drain_timer_.after(kDrainCheckPeriod, [this] { check_drained(); });
}

void Host::leave() {
    stopping_ = Stopping::leaving;
    drain_timer_.cancel();
    stop_timer_.cancel();
    try {
        if (is_clean_ && incarnation_) incarnation_->leave();
    } catch (const storage::StorageError& error) {
        spdlog::error("cannot take leave of the database: {}", error.what());
        is_clean_ = false;
    }
    io_.stop();
}

}  // namespace jobhost::host
