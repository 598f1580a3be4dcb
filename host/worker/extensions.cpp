#include "host/worker/extensions.hpp"

#include "host/worker/host_call.hpp"
#include "host/worker/limits.hpp"
#include "host/worker/requesting_extensions.hpp"
#include "host/worker/run_context.hpp"

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

constexpr jobhost_outcome_api kOutcome = {
    .struct_size = sizeof(jobhost_outcome_api),
    .reserved = 0,
    .set_snooze = set_snooze,
    .set_detail = set_detail,
};

}  // namespace

const void* find_extension(std::string_view id) noexcept {
    if (id == JOBHOST_OUTCOME_ID) return &kOutcome;
    if (id == JOBHOST_CHECKPOINT_ID) return &kCheckpointApi;
    if (id == JOBHOST_STEP_ID) return &kStepApi;
    if (id == JOBHOST_ENQUEUE_ID) return &kEnqueueApi;
    return nullptr;
}

}  // namespace jobhost::worker
