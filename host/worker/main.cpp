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
#include "host/worker/run_context.hpp"
#include "host/worker/utf8.hpp"

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <unistd.h>

namespace jobhost::worker {
namespace {

// The statuses that a run may end with; anything else is the plugin's mistake, told as a failure.
DoneMessage outcome(const Ending& ending, jobhost_context& context) {
    const jobhost_status status = ending.status;
    const std::lock_guard lock{context.mutex};
    DoneMessage done{.status = status};
    if (status == JOBHOST_OK) {
        done.result = std::move(context.result);
    } else if (status == JOBHOST_SNOOZE && context.snooze > 0) {
        done.snooze = context.snooze;
    } else if (status == JOBHOST_SNOOZE) {
        done.status = JOBHOST_FAILED;
        done.error_code = "bad_status";
        done.error_message = std::string{ending.by} + " returned JOBHOST_SNOOZE without having named a delay";
    } else if (status < JOBHOST_OK || status > JOBHOST_BAD_ARGUMENTS) {
        done.status = JOBHOST_FAILED;
        done.error_code = "bad_status";
        done.error_message = std::string{ending.by} + " returned status " + std::to_string(status) +
                             ", which no run may end with";
    } else {
        done.error_code = std::move(context.error_code);
        done.error_message = std::move(context.error_message);
        done.detail = std::move(context.detail);
    }
    return done;
}

void run_one(RunOrder order, const PluginLibrary& library, CpuTimer& cpu_timer, jobhost_context& context) {
    const std::uint32_t type = order.message.type;
    if (type >= library.type_count()) _exit(kExitBadOrder);
    context.page.begin_run(order.number);
    cpu_timer.begin_run();
    context.begin(std::move(order));
    const Ending ending = library.run(type, &context);
    cpu_timer.end_run();
    context.scratch.end_run();
    // What the job printed must lie in the pipes before the host hears that it is done.
    std::fflush(nullptr);
    std::cout.flush();
    std::cerr.flush();
    const std::string payload = encode(outcome(ending, context));
    context.control.run_ended();
    context.control.send(MessageType::done, context.number, payload);
}

void serve(const PluginLibrary& library, ControlSocket& control, SharedPage& page, const Options& options) {
    // Never destroyed, because a thread that a job left behind may still use it while the process ends.
    static auto& context = *new jobhost_context{control, page, options.scratch};
    const OutputEnd output;
    CpuTimer cpu_timer{std::chrono::microseconds{options.confinement.cpu_time}};
    while (auto order = control.next_order()) {
        if (order->message.is_queued) output.mark(order->number);
        run_one(std::move(*order), library, cpu_timer, context);
    }
}

int work(const Options& options) {
    // Never destroyed, like the context: the listening thread uses them to the end.
    static auto& page = *new SharedPage{SharedPage::attach(Descriptor{kPageDescriptor})};
    static auto& control = *new ControlSocket{kControlDescriptor, page};
    static auto& host = *new jobhost_host{control};
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
