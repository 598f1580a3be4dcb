#include "host/plugin/run_result.hpp"

#include "host/worker/protocol.hpp"

#include <jobhost/plugin.h>

namespace jobhost::host {
namespace {

using How = RunResult::How;

How how_of(std::int32_t status, std::uint32_t asked) noexcept {
    switch (status) {
        case JOBHOST_OK:
            return How::succeeded;
        case JOBHOST_FATAL:
        case JOBHOST_BAD_ARGUMENTS:
            return How::fatal;
        case JOBHOST_CANCELLED:
            return (asked & JOBHOST_STOP_CANCEL) != 0 ? How::cancelled : How::failed;
        // A job that yields unasked would run again at once, for ever.
        case JOBHOST_YIELDED:
            return asked != 0 ? How::yielded : How::failed;
        case JOBHOST_SNOOZE:
            return How::snoozed;
        default:
            return How::failed;
    }
}

std::string default_message(std::int32_t status, How how) {
    if (status == JOBHOST_CANCELLED && how == How::failed)
        return "it says that it was cancelled, but nobody asked";
    if (status == JOBHOST_YIELDED && how == How::failed) return "it yielded, but nobody asked it to stop";
    if (status == JOBHOST_BAD_ARGUMENTS) return "the arguments make no sense to the job";
    return how == How::failed || how == How::fatal ? "the job did not say why" : "";
}

}  // namespace

RunResult to_result(worker::DoneMessage done, std::uint32_t asked) {
    RunResult result;
    result.how = how_of(done.status, asked);
    if (result.how == How::succeeded) {
        result.result = std::move(done.result);
        return result;
    }
    if (result.how == How::snoozed) {
        result.snooze = Duration{done.snooze};
        return result;
    }
    result.detail = std::move(done.detail);
    result.error_code = std::move(done.error_code);
    result.error_message = std::move(done.error_message);
    if (result.error_code.empty() && done.status == JOBHOST_BAD_ARGUMENTS)
        result.error_code = "bad_arguments";
    if (result.error_message.empty()) result.error_message = default_message(done.status, result.how);
    return result;
}

}  // namespace jobhost::host
