#include "host/worker/extensions.hpp"

#include "host/worker/host_call.hpp"
#include "host/worker/limits.hpp"
#include "host/worker/requesting_extensions.hpp"
#include "host/worker/run_context.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace jobhost::worker {

namespace {

jobhost_status set_snooze(jobhost_context* context, int64_t delay_us) noexcept {
    if (delay_us <= 0 || delay_us > kMaxSnooze) return JOBHOST_INVALID;
    const std::lock_guard lock{context->mutex};
    context->snooze = delay_us;
    return JOBHOST_OK;
}

jobhost_status set_detail(jobhost_context* context, jobhost_text text) noexcept {
    if (!is_sound(text)) return JOBHOST_INVALID;
    return guarded([&] {
        const std::lock_guard lock{context->mutex};
        context->detail = clean_and_cut(text, kMaxErrorDetail);
        return JOBHOST_OK;
    });
}

jobhost_status get_error(jobhost_context* context, jobhost_text* code, jobhost_text* message) noexcept {
    const std::lock_guard lock{context->mutex};
    if (context->error_code.empty() && context->error_message.empty()) return JOBHOST_NOT_FOUND;
    if (code) *code = borrow(context->error_code);
    if (message) *message = borrow(context->error_message);
    return JOBHOST_OK;
}

uint32_t count_parents(jobhost_context* context) noexcept {
    return static_cast<uint32_t>(context->run.parents.size());
}

jobhost_status get_parent(jobhost_context* context, uint32_t index, jobhost_parent* out) noexcept {
    if (!out || out->struct_size < sizeof(out->struct_size)) return JOBHOST_INVALID;
    if (index >= context->run.parents.size()) return JOBHOST_NOT_FOUND;
    const ParentMessage& parent = context->run.parents[index];
    const jobhost_parent all{out->struct_size, parent.flags, parent.id, borrow(parent.on),
                             borrow(parent.result)};
    // A plugin may have been compiled with a shorter struct.
    std::memcpy(out, &all, std::min<std::size_t>(out->struct_size, sizeof all));
    return JOBHOST_OK;
}

thread_local std::string last_problem;

jobhost_status scratch_folder(jobhost_context* context, jobhost_text* out, jobhost_text* problem) noexcept {
    if (!out) return JOBHOST_INVALID;
    if (!context->scratch.has_place()) return JOBHOST_UNSUPPORTED;
    return guarded([&] {
        const auto path = context->scratch.path();
        if (path) {
            *out = borrow(*path);
            return JOBHOST_OK;
        }
        last_problem = "the scratch folder cannot be made: " + std::generic_category().message(errno);
        if (problem) *problem = borrow(last_problem);
        return JOBHOST_FAILED;
    });
}

constexpr jobhost_scratch_api kScratch = {
    .struct_size = sizeof(jobhost_scratch_api),
    .reserved = 0,
    .folder = scratch_folder,
};

constexpr jobhost_parents_api kParents = {
    .struct_size = sizeof(jobhost_parents_api),
    .reserved = 0,
    .count = count_parents,
    .get = get_parent,
};

constexpr jobhost_outcome_api kOutcome = {
    .struct_size = sizeof(jobhost_outcome_api),
    .reserved = 0,
    .set_snooze = set_snooze,
    .set_detail = set_detail,
    .get_error = get_error,
};

}  // namespace

const void* find_extension(std::string_view id) noexcept {
    if (id == JOBHOST_OUTCOME_ID) return &kOutcome;
    if (id == JOBHOST_PARENTS_ID) return &kParents;
    if (id == JOBHOST_SCRATCH_ID) return &kScratch;
    if (id == JOBHOST_CHECKPOINT_ID) return &kCheckpointApi;
    if (id == JOBHOST_STEP_ID) return &kStepApi;
    if (id == JOBHOST_ENQUEUE_ID) return &kEnqueueApi;
    return nullptr;
}

}  // namespace jobhost::worker
