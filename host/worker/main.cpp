// jobhost-worker: loads one plugin and runs its jobs, one at a time, as the host says. Started by the host
// only.
#include "host/worker/confinement.hpp"
#include "host/worker/control_socket.hpp"
#include "host/worker/cpu_timer.hpp"
#include "host/worker/limits.hpp"
#include "host/worker/options.hpp"
#include "host/worker/output_end.hpp"
#include "host/worker/plugin_library.hpp"
#include "host/worker/process_setup.hpp"
#include "host/worker/serve.hpp"
#include "host/worker/utf8.hpp"

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <unistd.h>

namespace jobhost::worker {
namespace {

// Of the worker's own process: its output goes to the host by pipes, and the kernel counts its time.
class OwnProcess final : public AroundRuns {
public:
    explicit OwnProcess(std::chrono::microseconds cpu_time) : cpu_timer_{cpu_time} {}

    void begin(std::uint64_t run, bool is_queued) override {
        if (is_queued) output_.mark(run);
        cpu_timer_.begin_run();
    }
    void end() noexcept override {
        cpu_timer_.end_run();
        // What the job printed must lie in the pipes before the host hears that it is done.
        std::fflush(nullptr);
        std::cout.flush();
        std::cerr.flush();
    }
    // What later jobs print would be lost, or land in a file that took the number.
    bool is_spent() const noexcept override { return !output_.is_there(); }

private:
    const OutputEnd output_;
    CpuTimer cpu_timer_;
};

void serve(const PluginLibrary& library, ControlSocket& control, SharedPage& page, const Options& options) {
    // Never destroyed, because a thread that a job left behind may still use it while the process ends.
    static auto& context = *new jobhost_context{control, page, options.scratch};
    OwnProcess process{std::chrono::microseconds{options.confinement.cpu_time}};
    try {
        serve(library, context, process);
    } catch (const ProtocolError&) {
        _exit(kExitBadOrder);
    }
}

int work(const Options& options) {
    // Never destroyed, like the context: the listening thread uses them to the end.
    static auto& page = *new SharedPage{SharedPage::attach(Descriptor{kPageDescriptor})};
    static auto& control = *new ControlSocket{kControlDescriptor, page, &end_process};
    static auto& host = *new jobhost_host{[](LogLevel level, const std::string& line) {
        control.send(MessageType::log, 0, encode(LogMessage{level, line}));
    }};
    try {
        // Before the listening thread, which foreign code could use for its ends.
        confine(options);
        control.listen();
        static auto& library = *new PluginLibrary{kImageDescriptor, kHostApi};
        ReadyMessage ready = library.describe();
        library.init(&host, kHostApi);
        ready.has_filters = library.has_filters();
        control.send(MessageType::ready, 0, encode(ready));
        if (!options.is_probe) serve(library, control, page, options);
        library.shutdown();
    } catch (const Refusal& refusal) {
        const RefusedMessage message{std::string{cut_utf8(clean_utf8(refusal.what()), kMaxErrorMessage)},
                                     refusal.remedy()};
        control.send(MessageType::refused, 0, encode(message));
    }
    return EXIT_SUCCESS;
}

}  // namespace
}  // namespace jobhost::worker

int main(int count, char** words) {
    using namespace jobhost::worker;
    const Options options = read_options(count, words);
    if (options.parent == 0 || options.protocol != kProtocolVersion) {
        std::fprintf(stderr, "jobhost-worker is started by jobhost itself; this one speaks protocol %d\n",
                     kProtocolVersion);
        return kExitWrongUse;
    }
    settle_in(options.parent);
    // std::exit and not return: objects that other threads use must not be destroyed under them.
    std::exit(work(options));
}
