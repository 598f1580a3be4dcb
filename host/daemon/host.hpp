// A running host: its plugins, its signals, and its life in the database, of which it may have several.
#pragma once

#include "host/daemon/incarnation.hpp"
#include "host/reload/plugin_verbs.hpp"
#include "host/reload/reload.hpp"
#include "host/sync/back_off.hpp"
#include "host/sync/guarded.hpp"
#include "host/sync/loop.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/signal_set.hpp>

namespace jobhost::host {

// Lives on one thread, its I/O thread, which spawns the workers and must outlive them.
class Host {
public:
    // Registers the server and is ready to run. References outlive the host; `reload`, which has started, is
    // its own from now on, and what hints at changes of its files is `watch`. Throws StorageError and
    // std::system_error.
    Host(const config::Configuration& configuration, storage::Storage& storage, const Clock& clock,
         Reload& reload, FolderWatch& watch);

    // Serves until SIGTERM, SIGINT or the end of its terminal, then stops in order: running jobs may end
    // within server.stop_timeout, then they are cancelled, then killed; a second signal hurries. When other
    // hosts have declared it dead, it drops what it had and goes on as a new server. False: something is left
    // to recovery.
    bool run();

    // Of the start.
    const Catalog& catalog() const noexcept { return plugins_.catalog(); }

private:
    // How hard the running jobs are pressed to end.
    enum class Stopping { no, draining, cancelling, killing, leaving };

    void enter();
    void on_declared_dead();
    void return_to_life();
    void wait_for_signal();
    void wait_for_news();
    void wait_for_hang_up();
    void wait_for_children();
    // That the files of a watched folder have changed, for the loop that looks at them.
    struct Hints {
        explicit Hints(boost::asio::io_context& io) : news{io}, pause{io} {}
        boost::asio::posix::stream_descriptor news;
        Timer pause;
    };
    static void wait_for_hints(Hints& hints, FolderWatch& watch, std::optional<Loop>& loop);
    void on_plugins_changed(const Catalog& catalog);
    void on_asked(const storage::ServerCommand& command);
    bool has_type(const std::string& type);
    void stop_harder();
    void check_drained();
    void leave();

    const config::Configuration& configuration_;
    storage::Storage& storage_;
    const Clock& clock_;
    const MachineBootClock boot_clock_;
    InotifyWatch plugin_watch_;
    PluginReload plugins_;  // after the start: the thread of its loop only
    PluginVerbs plugin_verbs_;
    Guarded<Catalog> catalog_;

    boost::asio::io_context io_;
    boost::asio::signal_set signals_{io_};
    boost::asio::signal_set hang_up_{io_};
    boost::asio::signal_set children_{io_};
    std::unique_ptr<storage::Wakeups> wakeups_;
    boost::asio::posix::stream_descriptor news_{io_};
    Reload& reload_;
    FolderWatch& watch_;
    Hints file_hints_{io_};
    Hints plugin_hints_{io_};
    const bool had_terminal_;
    Timer stop_timer_{io_};
    Timer drain_timer_{io_};
    Timer return_timer_{io_};
    BackOff return_pause_{std::chrono::milliseconds{100}, std::chrono::seconds{3}};
    Stopping stopping_ = Stopping::no;
    bool is_clean_ = true;

    std::optional<Incarnation> incarnation_;  // none: declared dead, and not yet back
    // Last, as their threads use the above.
    std::optional<Loop> reload_loop_;
    std::optional<Loop> plugins_loop_;
};

}  // namespace jobhost::host
