// The host's table: facts, log, progress, stopping and outcome. The arguments are in host_api_arguments.cpp.
#include "host/worker/extensions.hpp"
#include "host/worker/host_api_arguments.hpp"
#include "host/worker/host_call.hpp"
#include "host/worker/json_text.hpp"
#include "host/worker/limits.hpp"
#include "host/worker/run_context.hpp"

#include <algorithm>
#include <cmath>

void jobhost_context::begin(jobhost::worker::RunOrder order) {
    const std::lock_guard lock{mutex};
    number = order.number;
    run = std::move(order.message);
    arguments.reset(std::move(run.arguments));
    result.clear();
    error_code.clear();
    error_message.clear();
    detail.clear();
    snooze = 0;
    saved.reset();
    const std::lock_guard calls_lock{calls_mutex};
    calls = 0;
    calls_on_success = 0;
    unanswered.clear();
}

namespace jobhost::worker {
namespace {

void log(jobhost_host* host, jobhost_context* context, int32_t level, jobhost_text line) noexcept {
    if (!is_sound(line) || (!host && !context)) return;
    guarded([&] {
        const auto known =
            static_cast<LogLevel>(std::clamp<int32_t>(level, JOBHOST_LOG_DEBUG, JOBHOST_LOG_ERROR));
        std::string clean = clean_and_cut(line, kMaxLogLine);
        if (context)
            context->control.send(MessageType::log, context->number,
                                  encode(LogMessage{known, std::move(clean)}));
        else
            host->log(known, clean);
        return JOBHOST_OK;
    });
}

const void* get_extension(jobhost_host*, jobhost_text id) noexcept {
    return is_sound(id) ? find_extension(view(id)) : nullptr;
}

int64_t job_id(jobhost_context* context) noexcept {
    return context->run.job;
}
int64_t lease(jobhost_context* context) noexcept {
    return context->run.lease;
}
uint32_t attempt(jobhost_context* context) noexcept {
    return context->run.attempt;
}
int64_t scheduled_at(jobhost_context* context) noexcept {
    return context->run.scheduled_at;
}
jobhost_text idempotency_key(jobhost_context* context) noexcept {
    return borrow(context->run.idempotency_key);
}
jobhost_text definition(jobhost_context* context) noexcept {
    return borrow(context->run.definition);
}
jobhost_text arguments(jobhost_context* context) noexcept {
    return borrow(context->arguments.text());
}

jobhost_status progress(jobhost_context* context, double fraction, jobhost_text note) noexcept {
    if (std::isnan(fraction) || !is_sound(note)) return JOBHOST_INVALID;
    const std::lock_guard lock{context->mutex};
    context->page.set_progress(std::clamp(fraction, 0.0, 1.0), cut_utf8(view(note), kMaxProgressNote));
    return JOBHOST_OK;
}

uint32_t stop_requested(jobhost_context* context) noexcept {
    return context->page.stop_requested();
}

uint32_t wait_for_stop(jobhost_context* context, int64_t timeout_us) noexcept {
    return context->page.wait_for_stop(std::chrono::microseconds{timeout_us});
}

jobhost_status set_result(jobhost_context* context, jobhost_text json) noexcept {
    if (json.size > kMaxResult) return JOBHOST_LIMIT;
    return guarded([&] {
        if (!is_sound(json) || !is_json(view(json))) return JOBHOST_INVALID;
        const std::lock_guard lock{context->mutex};
        context->result = view(json);
        return JOBHOST_OK;
    });
}

jobhost_status set_error(jobhost_context* context, jobhost_text code, jobhost_text message) noexcept {
    if (!is_sound(code) || !is_sound(message)) return JOBHOST_INVALID;
    if (code.size > kMaxErrorCode) return JOBHOST_LIMIT;
    return guarded([&] {
        const std::lock_guard lock{context->mutex};
        context->error_code = clean_and_cut(code, kMaxErrorCode);
        context->error_message = clean_and_cut(message, kMaxErrorMessage);
        return JOBHOST_OK;
    });
}

}  // namespace

const jobhost_host_api kHostApi = {
    .struct_size = sizeof(jobhost_host_api),
    .abi_major = JOBHOST_ABI_MAJOR,
    .abi_minor = JOBHOST_ABI_MINOR,
    .host_version = {JOBHOST_VERSION, sizeof JOBHOST_VERSION - 1},
    .log = log,
    .get_extension = get_extension,
    .job_id = job_id,
    .lease = lease,
    .attempt = attempt,
    .scheduled_at = scheduled_at,
    .idempotency_key = idempotency_key,
    .definition = definition,
    .arguments = arguments,
    .get_integer = get_integer,
    .get_number = get_number,
    .get_boolean = get_boolean,
    .get_string = get_string,
    .get_size = get_size,
    .get_json = get_json,
    .get_name = get_name,
    .progress = progress,
    .stop_requested = stop_requested,
    .wait_for_stop = wait_for_stop,
    .set_result = set_result,
    .set_error = set_error,
};

}  // namespace jobhost::worker
