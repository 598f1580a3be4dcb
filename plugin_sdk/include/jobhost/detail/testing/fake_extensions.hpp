// The host's extensions in a test: what a run says of its end, waited for, and has for its files.
#pragma once

#include <jobhost/detail/testing/fake_requests.hpp>
#include <jobhost/detail/testing/fake_run.hpp>
#include <jobhost/detail/testing/scratch_folder.hpp>
#include <jobhost/extensions.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <exception>
#include <mutex>
#include <string>
#include <string_view>

namespace jobhost::detail {

// Each function is that of an extension's table with the same name.
struct FakeExtensions {
    static jobhost_status set_snooze(jobhost_context* context, std::int64_t delay_us) noexcept {
        constexpr std::chrono::microseconds kLongest = std::chrono::hours{24 * 365};
        if (delay_us <= 0 || delay_us > kLongest.count()) return JOBHOST_INVALID;
        FakeRun& run = FakeRun::of(context);
        const std::lock_guard lock(run.mutex);
        run.left.snoozed_for = std::chrono::microseconds(delay_us);
        return JOBHOST_OK;
    }
    static jobhost_status set_detail(jobhost_context* context, jobhost_text text) noexcept {
        if (!is_sound(text)) return JOBHOST_INVALID;
        FakeRun& run = FakeRun::of(context);
        const std::lock_guard lock(run.mutex);
        run.left.error_detail = clean_and_cut(to_view(text), 64 * kKilobyte);
        return JOBHOST_OK;
    }
    static jobhost_status get_error(jobhost_context* context, jobhost_text* code,
                                    jobhost_text* message) noexcept {
        FakeRun& run = FakeRun::of(context);
        const std::lock_guard lock(run.mutex);
        if (run.left.error_code.empty() && run.left.error_message.empty()) return JOBHOST_NOT_FOUND;
        if (code) *code = to_text(run.left.error_code);
        if (message) *message = to_text(run.left.error_message);
        return JOBHOST_OK;
    }

    static std::uint32_t count(jobhost_context* context) noexcept {
        return static_cast<std::uint32_t>(FakeRun::of(context).given.parents.size());
    }
    static jobhost_status get(jobhost_context* context, std::uint32_t index, jobhost_parent* out) noexcept {
        if (!out || out->struct_size < sizeof(out->struct_size)) return JOBHOST_INVALID;
        if (index >= count(context)) return JOBHOST_NOT_FOUND;
        const testing::Parent& parent = FakeRun::of(context).given.parents[index];
        const std::uint32_t flags = (parent.is_batch ? JOBHOST_PARENT_BATCH : 0) |
                                    (parent.is_met ? JOBHOST_PARENT_MET : 0) |
                                    (parent.is_result_cut ? JOBHOST_PARENT_RESULT_CUT : 0);
        const jobhost_parent all{out->struct_size, flags, parent.id, to_text(parent.on),
                                 to_text(parent.result)};
        std::memcpy(out, &all, std::min<std::size_t>(out->struct_size, sizeof all));
        return JOBHOST_OK;
    }

    static jobhost_status folder(jobhost_context* context, jobhost_text* out,
                                 jobhost_text* problem) noexcept {
        if (!out) return JOBHOST_INVALID;
        FakeRun& run = FakeRun::of(context);
        const std::lock_guard lock(run.mutex);
        try {
            if (!run.left.scratch_folder) run.left.scratch_folder = make_scratch_folder();
            *out = run.keep(run.left.scratch_folder->string());
            return JOBHOST_OK;
        } catch (const std::exception& error) {
            if (problem) *problem = run.keep(error.what());
            return JOBHOST_FAILED;
        }
    }
};

// The table with that id, or nullptr.
inline const void* fake_extension(std::string_view id) noexcept {
    using Fake = FakeExtensions;
    using Requests = FakeRequests;
    static constexpr jobhost_outcome_api outcome{sizeof outcome, 0, &Fake::set_snooze, &Fake::set_detail,
                                                 &Fake::get_error};
    static constexpr jobhost_parents_api parents{sizeof parents, 0, &Fake::count, &Fake::get};
    static constexpr jobhost_checkpoint_api checkpoint{sizeof checkpoint, 0, &Requests::load,
                                                       &Requests::save};
    static constexpr jobhost_step_api step{sizeof step, 0, &Requests::find, &Requests::complete};
    static constexpr jobhost_enqueue_api enqueue{sizeof enqueue, 0, &Requests::enqueue,
                                                 &Requests::enqueue_on_success};
    static constexpr jobhost_scratch_api scratch{sizeof scratch, 0, &Fake::folder};
    if (id == JOBHOST_OUTCOME_ID) return &outcome;
    if (id == JOBHOST_PARENTS_ID) return &parents;
    if (id == JOBHOST_CHECKPOINT_ID) return &checkpoint;
    if (id == JOBHOST_STEP_ID) return &step;
    if (id == JOBHOST_ENQUEUE_ID) return &enqueue;
    if (id == JOBHOST_SCRATCH_ID) return &scratch;
    return nullptr;
}

}  // namespace jobhost::detail
