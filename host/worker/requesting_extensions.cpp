#include "host/worker/requesting_extensions.hpp"

#include "host/worker/host_call.hpp"
#include "host/worker/json_text.hpp"
#include "host/worker/limits.hpp"
#include "host/worker/run_context.hpp"

#include <utility>

namespace jobhost::worker {

namespace {

constexpr std::size_t kMaxUnanswered = 8;  // of a run; each holds what it asked for

// What the last call of each thread has answered in words.
thread_local std::string last_problem;
thread_local std::string last_ids;

// Keeps the problem where the plugin can read it.
jobhost_status tell(jobhost_status status, std::string problem, jobhost_text* to) {
    last_problem = std::move(problem);
    if (to && status != JOBHOST_OK) *to = borrow(last_problem);
    return status;
}

// Nothing: `text` is JSON of a size that the host takes.
std::optional<jobhost_status> problem_of(jobhost_text text, std::size_t most, jobhost_text* problem) {
    if (!is_sound(text)) return tell(JOBHOST_INVALID, "a NULL pointer with a size", problem);
    if (text.size > most)
        return tell(
            JOBHOST_LIMIT,
            std::to_string(text.size) + " bytes, of which at most " + std::to_string(most) + " are allowed",
            problem);
    if (!is_json(view(text))) return tell(JOBHOST_INVALID, "this is not JSON", problem);
    return std::nullopt;
}

jobhost_status ask(jobhost_context* context, RequestMessage request, jobhost_text* problem) {
    ReplyMessage reply = context->control.ask(context->number, std::move(request));
    return tell(reply.status, std::move(reply.problem), problem);
}

// Sees to it that `saved` is there. REQUIRES: saved_mutex is held.
jobhost_status load_saved(jobhost_context* context, jobhost_text* problem) {
    if (context->saved) return JOBHOST_OK;
    SavedWork saved;
    for (std::int64_t position = 0;;) {
        ReplyMessage reply =
            context->control.ask(context->number, {.kind = RequestKind::load, .position = position});
        if (reply.status != JOBHOST_OK) return tell(reply.status, std::move(reply.problem), problem);
        SavedMessage page = decode_saved(reply.body);
        if (position == 0) saved.checkpoint = std::move(page.checkpoint);
        for (auto& [name, result] : page.steps)
            saved.steps.emplace(std::move(name), std::move(result));
        if (page.next <= position) break;
        position = page.next;
    }
    context->saved = std::move(saved);
    return JOBHOST_OK;
}

jobhost_status load_checkpoint(jobhost_context* context, jobhost_text* out, jobhost_text* problem) noexcept {
    if (!out) return JOBHOST_INVALID;
    return guarded([&] {
        const std::lock_guard lock{context->saved_mutex};
        const jobhost_status status = load_saved(context, problem);
        if (status != JOBHOST_OK) return status;
        if (context->saved->checkpoint.empty())
            return tell(JOBHOST_NOT_FOUND, "no checkpoint was saved", problem);
        *out = borrow(context->saved->checkpoint);
        return JOBHOST_OK;
    });
}

jobhost_status save_checkpoint(jobhost_context* context, jobhost_text json, jobhost_text* problem) noexcept {
    return guarded([&] {
        if (const auto refused = problem_of(json, kMaxSaved, problem)) return *refused;
        return ask(context, {.kind = RequestKind::save_checkpoint, .body = std::string{view(json)}}, problem);
    });
}

std::optional<jobhost_status> problem_of_name(jobhost_text name, jobhost_text* problem) {
    if (is_sound(name) && name.size > 0 && name.size <= kMaxStepName &&
        clean_utf8(view(name)) == view(name) && !view(name).starts_with("jobhost."))
        return std::nullopt;
    return tell(JOBHOST_INVALID,
                "a step's name is 1 to " + std::to_string(kMaxStepName) +
                    " bytes of UTF-8 and does not begin with 'jobhost.'",
                problem);
}

jobhost_status find_step(jobhost_context* context, jobhost_text name, jobhost_text* out,
                         jobhost_text* problem) noexcept {
    if (!out) return JOBHOST_INVALID;
    return guarded([&] {
        if (const auto refused = problem_of_name(name, problem)) return *refused;
        const std::lock_guard lock{context->saved_mutex};
        const jobhost_status status = load_saved(context, problem);
        if (status != JOBHOST_OK) return status;
        const auto found = context->saved->steps.find(view(name));
        if (found == context->saved->steps.end())
            return tell(JOBHOST_NOT_FOUND, "this step is not complete", problem);
        *out = borrow(found->second);
        return JOBHOST_OK;
    });
}

jobhost_status complete_step(jobhost_context* context, jobhost_text name, jobhost_text json,
                             jobhost_text* problem) noexcept {
    return guarded([&] {
        if (const auto refused = problem_of_name(name, problem)) return *refused;
        if (const auto refused = problem_of(json, kMaxSaved, problem)) return *refused;
        {
            const std::lock_guard lock{context->saved_mutex};
            const jobhost_status status = load_saved(context, problem);
            if (status != JOBHOST_OK || context->saved->steps.contains(view(name))) return status;
        }
        const jobhost_status status = ask(context,
                                          {.kind = RequestKind::save_step,
                                           .name = std::string{view(name)},
                                           .body = std::string{view(json)}},
                                          problem);
        if (status != JOBHOST_OK) return status;
        const std::lock_guard lock{context->saved_mutex};
        context->saved->steps.emplace(view(name), view(json));
        return JOBHOST_OK;
    });
}

// A call that hands in jobs. One that is made again because its answer did not come, or because it was
// refused for now, keeps its number, so that this run and later ones find what it has done. The two kinds are
// counted apart: a rerun has to repeat only those that have done something.
RequestMessage call_of(jobhost_context* context, RequestKind kind, jobhost_text json) {
    const std::lock_guard lock{context->calls_mutex};
    for (auto call = context->unanswered.begin(); call != context->unanswered.end(); ++call)
        if (call->kind == kind && call->body == view(json)) {
            RequestMessage again = std::move(*call);
            context->unanswered.erase(call);
            return again;
        }
    std::int64_t& calls = kind == RequestKind::enqueue ? context->calls : context->calls_on_success;
    return {.kind = kind, .position = ++calls, .body = std::string{view(json)}};
}

ReplyMessage hand_in(jobhost_context* context, RequestKind kind, jobhost_text json) {
    RequestMessage call = call_of(context, kind, json);
    ReplyMessage reply = context->control.ask(context->number, call);
    if (reply.status == JOBHOST_UNAVAILABLE || reply.status == JOBHOST_FAILED) {
        const std::lock_guard lock{context->calls_mutex};
        context->unanswered.push_back(std::move(call));
        if (context->unanswered.size() > kMaxUnanswered) context->unanswered.pop_front();
    }
    return reply;
}

jobhost_status enqueue(jobhost_context* context, jobhost_text json, jobhost_text* ids,
                       jobhost_text* problem) noexcept {
    return guarded([&] {
        if (const auto refused = problem_of(json, kMaxEnqueued, problem)) return *refused;
        ReplyMessage reply = hand_in(context, RequestKind::enqueue, json);
        last_ids = std::move(reply.body);
        if (ids && reply.status == JOBHOST_OK) *ids = borrow(last_ids);
        return tell(reply.status, std::move(reply.problem), problem);
    });
}

jobhost_status enqueue_on_success(jobhost_context* context, jobhost_text json,
                                  jobhost_text* problem) noexcept {
    return guarded([&] {
        if (const auto refused = problem_of(json, kMaxEnqueued, problem)) return *refused;
        ReplyMessage reply = hand_in(context, RequestKind::enqueue_on_success, json);
        return tell(reply.status, std::move(reply.problem), problem);
    });
}

}  // namespace

const jobhost_checkpoint_api kCheckpointApi = {
    .struct_size = sizeof(jobhost_checkpoint_api),
    .reserved = 0,
    .load = load_checkpoint,
    .save = save_checkpoint,
};
const jobhost_step_api kStepApi = {
    .struct_size = sizeof(jobhost_step_api),
    .reserved = 0,
    .find = find_step,
    .complete = complete_step,
};
const jobhost_enqueue_api kEnqueueApi = {
    .struct_size = sizeof(jobhost_enqueue_api),
    .reserved = 0,
    .enqueue = enqueue,
    .enqueue_on_success = enqueue_on_success,
};

}  // namespace jobhost::worker
