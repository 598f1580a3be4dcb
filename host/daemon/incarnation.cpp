#include "host/daemon/incarnation.hpp"

#include "host/daemon/scratch_folders.hpp"
#include "host/daemon/served.hpp"
#include "host/daemon/worker_options.hpp"
#include "host/plugin/worker_group.hpp"

#include <boost/asio/post.hpp>

#include <array>
#include <unistd.h>

namespace jobhost::host {

namespace {

std::string machine_name() {
    std::array<char, 256> name{};
    ::gethostname(name.data(), name.size() - 1);
    return name.data();
}

// Then all that can reach the database is on this machine and reads the same file: who has looked and seen
// nobody else knows that nobody counts its beats.
bool is_embedded(const config::StorageSettings& storage) {
    return storage.url.starts_with("sqlite:");
}

std::vector<std::string> queue_names(const config::Settings& settings) {
    std::vector<std::string> names;
    for (const config::QueueSettings& queue : settings.queues)
        names.push_back(queue.name.value);
    return names;
}

// Beside what those have that only look at plugins, workers hold the proof that they live, and places for
// files.
WorkerOptions options_of_workers(const config::Configuration& configuration, const IncarnationLock& lock) {
    WorkerOptions options = worker_options(configuration);
    options.lock_descriptor = lock.descriptor();
    options.scratch = scratch_folder(configuration.settings.server.state_folder, lock.incarnation());
    options.group = delegated_group();
    return options;
}

}  // namespace

Incarnation::Incarnation(boost::asio::io_context& io, const config::Configuration& configuration,
                         storage::Storage& storage, const Clock& clock, const BootClock& boot_clock,
                         const Catalog& catalog, const SourceFolders& folders,
                         std::function<void()> declared_dead)
    : io_{io},
      settings_{configuration.settings},
      storage_{storage},
      clock_{clock},
      declared_dead_{std::move(declared_dead)},
      lock_{settings_.server.state_folder},
      lease_{boot_clock, boot_clock.now()},
      server_{enter(catalog)},
      heartbeat_{storage.servers(), server_, lease_, boot_clock, heartbeat_callbacks()},
      lease_watch_{lease_,
                   {.cancel = [this] { dispatcher_->cancel(Interruption::lease_ends); },
                    .kill = [this] { dispatcher_->fence_off(); }}},
      lease_timer_{io},
      dispatcher_{std::make_unique<Dispatcher>(io, catalog, options_of_workers(configuration, lock_),
                                               settings_.plugins.drain_timeout, clock, settings_.server.name,
                                               dispatcher_callbacks())},
      exchange_{storage.jobs(),
                server_,
                static_cast<std::size_t>(settings_.server.workers),
                served_by(settings_, catalog.types()),
                boot_clock,
                exchange_callbacks()},
      requests_{{storage, server_, clock, boot_clock, settings_.retention, folders},
                [this](JobAnswer answer) {
                    post([this, answer = std::move(answer)] { dispatcher_->answer(answer); });
                }},
      due_jobs_{storage.jobs(), clock, [this] { exchange_.wake(); }},
      recurring_jobs_{
          storage, clock, served_by(settings_, catalog.types()).types, folders, [this] { exchange_.wake(); },
          server_},
      predecessors_{storage.servers(), settings_.server.state_folder, lock_.incarnation(),
                    [this] { exchange_.wake(); }},
      neighbours_{storage.servers(), server_, boot_clock, neighbour_callbacks()},
      housekeeping_{storage.upkeep(), boot_clock},
      background_work_{storage.workflows(), storage.operations(), storage.limits(), boot_clock,
                       [this] { exchange_.wake(); }},
      cancel_requests_{storage.jobs(), server_, boot_clock,
                       [this](std::vector<storage::HeldRun> runs) {
                           post([this, runs = std::move(runs)] { dispatcher_->cancel_runs(runs); });
                       }},
      announced_types_{storage.servers(), server_},
      refused_plugins_{catalog.refused()},
      server_commands_{storage.server_commands(), server_, boot_clock,
                       [this](storage::ServerCommand command) {
                           post([this, command = std::move(command)] { asked(command); });
                       }},
      last_jobs_{storage.queries(), boot_clock,
                 [this](std::uint64_t generation) { post([this, generation] { unneeded(generation); }); }},
      beat_loop_{"heartbeat", [this] { return heartbeat_.run_once(); }} {
    watch_lease();
}

Incarnation::~Incarnation() {
    *wants_posts_ = false;
    dispatcher_.reset();
    stop_loops();
    // All who held it have ended: it proves nothing any more that the database does not know.
    if (is_refused_) lock_.remove();
}

ServerId Incarnation::enter(const Catalog& catalog) {
    const storage::ServerInfo info{
        .incarnation = lock_.incarnation(),
        .name = settings_.server.name,
        .application = settings_.server.application,
        .host_name = machine_name(),
        .pid = ::getpid(),
        .workers = settings_.server.workers,
        .queues = queue_names(settings_),
        .lease = kServerLease,
    };
    try {
        return storage_.servers().enter(info, served_types_of(catalog.types()));
    } catch (...) {
        lock_.remove();  // it would never be of use to anybody
        throw;
    }
}

void Incarnation::start() {
    recovery_loop_.emplace("recovery", [this] { return predecessors_.run_once(); });
    neighbour_loop_.emplace("other servers", [this] { return neighbours_.run_once(); });
    large_loop_.emplace("large runs", [this] { return recurring_jobs_.run_large(); });
    recurring_jobs_.large_run_came = [this] { large_loop_->wake(); };
    recurring_loop_.emplace("recurring jobs", [this] { return recurring_jobs_.run_once(); });
    due_loop_.emplace("due jobs", [this] { return due_jobs_.run_once(); });
    housekeeping_loop_.emplace("housekeeping", [this] { return housekeeping_.run_once(); });
    background_loop_.emplace("background work", [this] { return background_work_.run_once(); });
    cancel_loop_.emplace("cancel requests", [this] { return cancel_requests_.run_once(); });
    types_loop_.emplace("job types", [this] { return announced_types_.run_once(); });
    commands_loop_.emplace("server commands", [this] { return server_commands_.run_once(); });
    last_jobs_.set(needs_of(dispatcher_->types()));
    last_jobs_loop_.emplace("last jobs", [this] { return last_jobs_.run_once(); });
    on_plugins_changed();
}

void Incarnation::wake() {
    exchange_.wake();
    if (due_loop_) due_loop_->wake();
    if (background_loop_) background_loop_->wake();
    if (cancel_loop_) cancel_loop_->wake();
    if (commands_loop_) commands_loop_->wake();
}

void Incarnation::change(const Catalog& catalog) {
    refused_plugins_ = catalog.refused();
    dispatcher_->change(catalog);
}

void Incarnation::answer(storage::ServerCommandId command, storage::ServerAnswer answer) {
    server_commands_.answer(command, std::move(answer));
    if (commands_loop_) commands_loop_->wake();
}

void Incarnation::look_at_schedules() {
    if (recurring_loop_) recurring_loop_->wake();
}

Heartbeat::Callbacks Incarnation::heartbeat_callbacks() {
    return {.renewed = [this] { post([this] { on_renewed(); }); },
            .refused = [this] { post([this] { on_refused(); }); }};
}

Neighbours::Callbacks Incarnation::neighbour_callbacks() {
    return {
        .recovered = [this] { exchange_.wake(); },
        .may_judge = [this] { return lease_.may_begin(); },
        .alone =
            [this](BootTime since) {
                if (!is_embedded(settings_.storage)) return;
                // Who comes later has to watch for a whole lease before it can declare us dead.
                lease_.renew(since);
                post([this] { on_renewed(); });
            },
    };
}

ExchangeLoop::Callbacks Incarnation::exchange_callbacks() {
    return {
        .deliver =
            [this](std::vector<Assignment> assignments) {
                post([this, assignments = std::move(assignments)]() mutable {
                    dispatcher_->accept(std::move(assignments));
                });
            },
        .refused = [this] { post([this] { on_refused(); }); },
        .may_claim = [this] { return lease_.may_begin(); },
        .renew = [this] { return heartbeat_.beat(); },
        .paused = [this] { return paused_queues(storage_.operations()); },
    };
}

Dispatcher::Callbacks Incarnation::dispatcher_callbacks() {
    return {
        .finished = [this](storage::Settlement settlement) { exchange_.finish(std::move(settlement)); },
        .logged = [this](storage::LogChunk chunk) { exchange_.append_log(std::move(chunk)); },
        .unavailable_types =
            [this](std::set<TypeVersion> types) { exchange_.set_unavailable_types(std::move(types)); },
        .requested = [this](Question question) { requests_.ask(std::move(question)); },
        .changed = [this] { on_types_changed(); },
        .generations_changed = [this] { on_plugins_changed(); },
        .crash_loops = [this](const LoadedPlugin& plugin) { crash_loops(plugin.generation); },
        .refunded = [this](Refund refund) { exchange_.refund(std::move(refund)); },
        .may_begin = [this] { return lease_.may_begin() && exchange_.has_room(); },
        .fence = [this] { return lease_.deadline(); },
    };
}

void Incarnation::post(std::function<void()> act) {
    boost::asio::post(io_, [is_wanted = wants_posts_, act = std::move(act)] {
        if (*is_wanted) act();
    });
}

void Incarnation::on_types_changed() {
    const std::vector<FoundType> types = dispatcher_->types();
    Served served = served_by(settings_, types);
    recurring_jobs_.set_payload_versions(served.types);
    exchange_.set_served(std::move(served));
    announced_types_.set(served_types_of(types));
    if (types_loop_) types_loop_->wake();
    last_jobs_.set(needs_of(types));
    if (last_jobs_loop_) last_jobs_loop_->wake();
}

void Incarnation::on_plugins_changed() {
    std::vector<storage::ServedPlugin> plugins =
        served_plugins_of(dispatcher_->generations(), refused_plugins_);
    announced_types_.set_plugins(plugins);
    if (types_loop_) types_loop_->wake();
    plugins_changed(std::move(plugins));
}

void Incarnation::on_renewed() {
    dispatcher_->move_fences();
    watch_lease();
}

void Incarnation::on_refused() {
    if (std::exchange(is_refused_, true)) return;
    const auto tell = declared_dead_;  // it may destroy this
    tell();
}

// Also lets jobs begin that had to wait, for the lease or for room.
void Incarnation::watch_lease() {
    const Duration pause = lease_watch_.run_once();
    dispatcher_->resume();
    lease_timer_.after(pause, [this] { watch_lease(); });
}

void Incarnation::drain() {
    exchange_.stop_claiming();
    dispatcher_->drain();
}

bool Incarnation::dismiss() {
    dispatcher_->dismiss();
    return dispatcher_->is_empty();
}

void Incarnation::leave() {
    stop_loops();
    storage_.servers().leave(server_);
    lock_.remove();
    sweep_scratch(settings_.server.state_folder);
}

void Incarnation::stop_loops() {
    recurring_jobs_.stop();
    recovery_loop_.reset();
    neighbour_loop_.reset();
    recurring_loop_.reset();
    large_loop_.reset();
    due_loop_.reset();
    housekeeping_loop_.reset();
    background_loop_.reset();
    cancel_loop_.reset();
    types_loop_.reset();
    commands_loop_.reset();
    last_jobs_loop_.reset();
    beat_loop_.stop();
    requests_.stop();
    exchange_.stop();
}

}  // namespace jobhost::host
