#include "host/worker/serve.hpp"

#include <string>

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

void run_one(RunOrder order, const PluginLibrary& library, jobhost_context& context, AroundRuns& around) {
    const std::uint32_t type = order.message.type;
    if (type >= library.type_count()) throw ProtocolError{"a run of a type that the plugin does not have"};
    around.begin(order.number, order.message.is_queued);
    context.page.begin_run(order.number);
    context.begin(std::move(order));
    const Ending ending = library.run(type, &context);
    context.scratch.end_run();
    around.end();
    DoneMessage done = outcome(ending, context);
    done.is_last = around.is_spent();
    const std::string payload = encode(done);
    context.control.run_ended();
    context.control.send(MessageType::done, context.number, payload);
}

}  // namespace

void serve(const PluginLibrary& library, jobhost_context& context, AroundRuns& around) {
    while (auto order = context.control.next_order()) {
        run_one(std::move(*order), library, context, around);
        if (around.is_spent()) return context.control.wait_for_exit();
    }
}

}  // namespace jobhost::worker
