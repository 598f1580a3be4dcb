#include "host/plugin/resident_plugin.hpp"

#include "host/plugin/plugin_refused.hpp"
#include "host/plugin/thread_body.hpp"
#include "host/worker/limits.hpp"
#include "host/worker/serve.hpp"
#include "host/worker/utf8.hpp"

#include <sys/eventfd.h>
#include <sys/socket.h>

#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <fcntl.h>
#include <link.h>
#include <list>
#include <mutex>
#include <system_error>
#include <thread>

namespace jobhost::host {
namespace {

using worker::Descriptor;
using worker::MessageType;

Descriptor checked(int descriptor, const char* what) {
    if (descriptor < 0) throw std::system_error{errno, std::generic_category(), what};
    return Descriptor{descriptor};
}

Descriptor copy_of(int descriptor) {
    return checked(fcntl(descriptor, F_DUPFD_CLOEXEC, 0), "dup for a worker");
}

// By the name under which it was loaded, which nothing else has as long as that descriptor is open.
bool is_mapped(int image) {
    std::string name = worker::library_name(image);
    return dl_iterate_phdr(
               [](dl_phdr_info* object, std::size_t, void* wanted) {
                   return static_cast<int>(*static_cast<std::string*>(wanted) == object->dlpi_name);
               },
               &name) != 0;
}

// What there is of plugins in this process. Never destroyed: threads use it to the end.
struct Residents {
    std::mutex closing;  // one library at a time, as the loader has it, too
    std::mutex mutex;    // of what follows
    std::condition_variable closed;
    int open = 0;  // made, and not yet closed
    int left = 0;  // closed, and in memory all the same
};
Residents& residents() {
    static auto& all = *new Residents;
    return all;
}

// What a worker's thread is given.
struct Seat {
    Descriptor control;
    Descriptor page;
    Descriptor ended;
    std::string scratch;
};

struct Thread {
    std::thread thread;
    bool has_ended = false;
};

}  // namespace

class ResidentPlugin::Residence : public std::enable_shared_from_this<Residence> {
public:
    Residence(std::shared_ptr<const PluginImage> image, Callbacks callbacks)
        : image_{std::move(image)}, callbacks_{std::move(callbacks)}, host_{callbacks_.log} {
        const std::lock_guard lock{residents().mutex};
        ++residents().open;
    }

    const Callbacks& callbacks() const noexcept { return callbacks_; }
    void start(Seat seat);
    // Nothing is started any more.
    void close_when_over() noexcept;

private:
    void work(Thread& its, const Seat& seat);
    void serve(const Seat& seat);
    const worker::PluginLibrary& library();
    void join(std::list<Thread> threads);
    std::list<Thread> take_ended();
    void close();

    const std::shared_ptr<const PluginImage> image_;
    const Callbacks callbacks_;

    std::mutex loading_;  // of what follows
    // A copy for this generation alone: the loader takes two loads of one file for the same library.
    Descriptor memory_;
    std::optional<worker::PluginLibrary> library_;
    bool is_initialised_ = false;
    jobhost_host host_;

    std::mutex mutex_;  // of what follows
    std::list<Thread> threads_;
};

// Loads it if nobody has. Throws worker::Refusal.
const worker::PluginLibrary& ResidentPlugin::Residence::library() {
    const std::lock_guard lock{loading_};
    if (!memory_) memory_ = image_->copy();
    if (!library_) library_.emplace(memory_.get(), worker::kHostApi);
    if (!is_initialised_) {
        library_->describe();
        library_->init(&host_, worker::kHostApi);
        is_initialised_ = true;
    }
    return *library_;
}

void ResidentPlugin::Residence::serve(const Seat& seat) {
    worker::SharedPage page = worker::SharedPage::attach(copy_of(seat.page.get()));
    worker::ControlSocket control{seat.control.get(), page, nullptr};
    control.listen();
    try {
        const worker::PluginLibrary& loaded = library();
        control.send(MessageType::ready, 0, encode(loaded.describe()));
        jobhost_context context{control, page, seat.scratch};
        worker::AroundRuns nothing;
        worker::serve(loaded, context, nothing);
    } catch (const worker::Refusal& refusal) {
        const worker::RefusedMessage message{
            std::string{worker::cut_utf8(worker::clean_utf8(refusal.what()), worker::kMaxErrorMessage)},
            refusal.remedy()};
        control.send(MessageType::refused, 0, encode(message));
    }
}

void ResidentPlugin::Residence::work(Thread& its, const Seat& seat) {
    // Here and not where they are started: the last that a thread does may be code of the plugin, too.
    join(take_ended());
    try {
        serve(seat);
    } catch (const PluginRefused& refusal) {
        callbacks_.log(worker::LogLevel::error, refusal.reason());
    } catch (const std::exception& error) {  // of the system, or a protocol error; what it told is lost
        callbacks_.log(worker::LogLevel::error, error.what());
    }
    eventfd_write(seat.ended.get(), 1);
    const std::lock_guard lock{mutex_};
    its.has_ended = true;
}

void ResidentPlugin::Residence::start(Seat seat) {
    const std::lock_guard lock{mutex_};
    Thread& its = threads_.emplace_back();
    try {
        its.thread =
            std::thread{[self = shared_from_this(), &its, seat = std::move(seat)] { self->work(its, seat); }};
    } catch (...) {
        threads_.pop_back();
        throw;
    }
}

std::list<Thread> ResidentPlugin::Residence::take_ended() {
    std::list<Thread> ended;
    const std::lock_guard lock{mutex_};
    for (auto next = threads_.begin(); next != threads_.end();) {
        const auto its = next++;
        if (its->has_ended) ended.splice(ended.end(), threads_, its);
    }
    return ended;
}

void ResidentPlugin::Residence::join(std::list<Thread> threads) {
    for (Thread& each : threads)
        each.thread.join();
}

void ResidentPlugin::Residence::close_when_over() noexcept {
    auto self = shared_from_this();
    try {
        // Nobody waits for it but wait_until_closed().
        std::thread{[self] { self->close(); }}.detach();
    } catch (const std::system_error&) {
        // Without a thread for it, it stays as it is; its own threads still use it.
        new std::shared_ptr<Residence>{std::move(self)};
    }
}

void ResidentPlugin::Residence::close() {
    std::list<Thread> threads;
    {
        const std::lock_guard lock{mutex_};
        threads.swap(threads_);
    }
    join(std::move(threads));
    if (is_initialised_) std::thread{[this] { library_->shutdown(); }}.join();
    bool has_stayed = false;
    if (library_) {
        const std::lock_guard lock{residents().closing};
        library_.reset();
        has_stayed = is_mapped(memory_.get());
    }
    int left = 0;
    {
        const std::lock_guard lock{residents().mutex};
        left = residents().left += has_stayed ? 1 : 0;
    }
    // Its name must not be given to another one: the loader would take that for this one.
    if (has_stayed) memory_.release();
    callbacks_.closed(has_stayed, left);
    const std::lock_guard lock{residents().mutex};
    --residents().open;
    residents().closed.notify_all();
}

ResidentPlugin::ResidentPlugin(std::shared_ptr<const PluginImage> image, Callbacks callbacks)
    : residence_{std::make_shared<Residence>(std::move(image), std::move(callbacks))} {}

ResidentPlugin::~ResidentPlugin() {
    residence_->close_when_over();
}

StartedWorker ResidentPlugin::start_worker(const std::filesystem::path& scratch) {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        throw std::system_error{errno, std::generic_category(), "socketpair"};
    Descriptor ours{ends[0]};
    Descriptor theirs{ends[1]};
    if (fcntl(ours.get(), F_SETFL, O_NONBLOCK) != 0)
        throw std::system_error{errno, std::generic_category(), "fcntl of a socket"};
    Descriptor ended = checked(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd");
    worker::SharedPage page = worker::SharedPage::create();
    ScratchPlace place{scratch};
    auto body = std::make_unique<ThreadBody>(copy_of(ended.get()), residence_->callbacks().end_host);
    residence_->start({.control = std::move(theirs),
                       .page = copy_of(page.descriptor()),
                       .ended = std::move(ended),
                       .scratch = place.path().string()});
    return {.body = std::move(body),
            .control = std::move(ours),
            .out = {},
            .err = {},
            .page = std::move(page),
            .scratch = std::move(place)};
}

bool ResidentPlugin::wait_until_closed(Duration most) {
    std::unique_lock lock{residents().mutex};
    return residents().closed.wait_for(lock, most, [] { return residents().open == 0; });
}

}  // namespace jobhost::host
