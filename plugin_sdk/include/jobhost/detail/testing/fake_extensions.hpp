// The host's extensions in a test: what a run saves, hands in, waited for, and says of its end.
#pragma once

#include <jobhost/detail/testing/fake_run.hpp>
#include <jobhost/detail/testing/handed_in.hpp>
#include <jobhost/detail/testing/scratch_folder.hpp>
#include <jobhost/extensions.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <exception>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace jobhost::detail {

inline bool is_sound(jobhost_text text) noexcept {
    return text.data || text.size == 0;
}

inline bool is_json(std::string_view text) {
    try {
        JsonReader::read(text);
        return true;
    } catch (const std::invalid_argument&) {
        return false;
    }
}

// An answer that is not OK, with the words for it.
struct Refusal {
    jobhost_status status;
    std::string why;
};

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

    static jobhost_status load(jobhost_context* context, jobhost_text* out, jobhost_text* problem) noexcept {
        if (!out) return JOBHOST_INVALID;
        return answer(context, problem, [&](FakeRun& run) {
            const auto& checkpoint = run.seen_saved().checkpoint;
            if (!checkpoint) throw Refusal{JOBHOST_NOT_FOUND, "no checkpoint was saved"};
            *out = to_text(*checkpoint);
        });
    }
    static jobhost_status save(jobhost_context* context, jobhost_text json, jobhost_text* problem) noexcept {
        return answer(context, problem, [&](FakeRun& run) {
            check_json(json);
            run.left.saved.checkpoint = to_view(json);
        });
    }

    static jobhost_status find(jobhost_context* context, jobhost_text name, jobhost_text* out,
                               jobhost_text* problem) noexcept {
        if (!out) return JOBHOST_INVALID;
        return answer(context, problem, [&](FakeRun& run) {
            check_step_name(name);
            const auto& steps = run.seen_saved().steps;
            const auto found = steps.find(to_view(name));
            if (found == steps.end()) throw Refusal{JOBHOST_NOT_FOUND, "this step is not complete"};
            *out = to_text(found->second);
        });
    }
    static jobhost_status complete(jobhost_context* context, jobhost_text name, jobhost_text json,
                                   jobhost_text* problem) noexcept {
        constexpr std::size_t kMostSteps = 10'000;
        return answer(context, problem, [&](FakeRun& run) {
            check_step_name(name);
            check_json(json);
            if (run.seen_saved().steps.contains(to_view(name))) return;
            if (run.left.saved.steps.size() >= kMostSteps)
                throw Refusal{JOBHOST_INVALID, "a job may have 10000 steps at most"};
            run.left.saved.steps.emplace(to_view(name), to_view(json));
            run.seen_saved().steps.emplace(to_view(name), to_view(json));
        });
    }

    static jobhost_status enqueue(jobhost_context* context, jobhost_text json, jobhost_text* ids,
                                  jobhost_text* problem) noexcept {
        return answer(context, problem, [&](FakeRun& run) {
            check_json(json);
            const testing::Saved::Call& call =
                answered(run, JsonReader::read(to_view(json), RepeatedNames::refused));
            std::string list;
            for (const std::string& id : call.ids)
                list += (list.empty() ? "" : ",") + json_text(id);
            if (ids) *ids = run.keep("[" + list + "]");
        });
    }
    static jobhost_status enqueue_on_success(jobhost_context* context, jobhost_text json,
                                             jobhost_text* problem) noexcept {
        constexpr std::size_t kMostBytes = 4 * kMegabyte;
        return answer(context, problem, [&](FakeRun& run) {
            check_json(json);
            const HandedIn made(JsonReader::read(to_view(json), RepeatedNames::refused));
            if (made.batches() > 0)
                throw std::invalid_argument("a batch cannot be handed in on success: hand in jobs");
            std::size_t size = run.bytes_on_success;
            for (const testing::Enqueued& job : made.items())
                size += job.arguments.size();
            auto& jobs = run.left.enqueued_on_success;
            if (jobs.size() + made.jobs() > kMostHandedIn || size > kMostBytes)
                throw Refusal{
                    JOBHOST_LIMIT,
                    "a run can hand in at most 1,000 jobs of 4 MiB on success, all its calls "
                    "together, and this call is over that; hand in one job that hands in the others"};
            run.bytes_on_success = size;
            jobs.insert(jobs.end(), made.items().begin(), made.items().end());
        });
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

private:
    // Does what the host does when it is asked: `work` throws what it refuses.
    template <class Work>
    static jobhost_status answer(jobhost_context* context, jobhost_text* problem, Work work) noexcept {
        FakeRun& run = FakeRun::of(context);
        const std::lock_guard lock(run.mutex);
        const auto tell = [&](jobhost_status status, std::string why) {
            if (problem) *problem = run.keep(std::move(why));
            return status;
        };
        if (run.given.answer != JOBHOST_OK) return tell(run.given.answer, "as the test wants it");
        try {
            work(run);
            return JOBHOST_OK;
        } catch (const Refusal& refusal) {
            return tell(refusal.status, refusal.why);
        } catch (const std::invalid_argument& error) {
            return tell(JOBHOST_INVALID, error.what());
        }
    }

    static void check_json(jobhost_text json) {
        if (!is_sound(json)) throw std::invalid_argument("a NULL pointer with a size");
        if (json.size > kMegabyte)
            throw Refusal{JOBHOST_LIMIT, std::to_string(json.size) + " bytes, of which at most " +
                                             std::to_string(kMegabyte) + " are allowed"};
        if (!is_json(to_view(json))) throw std::invalid_argument("this is not JSON");
    }
    static void check_step_name(jobhost_text name) {
        constexpr std::size_t kMost = 200;
        if (!is_sound(name) || name.size == 0 || name.size > kMost ||
            clean_and_cut(to_view(name), kMost) != to_view(name) || to_view(name).starts_with("jobhost."))
            throw std::invalid_argument(
                "a step's name is 1 to 200 bytes of UTF-8 and does not begin with 'jobhost.'");
    }

    // The answer to the next call of enqueue(): that of an earlier run, or a new one.
    static const testing::Saved::Call& answered(FakeRun& run, const Json& request) {
        auto& calls = run.left.saved.calls;
        const std::int64_t number = ++run.calls;
        const std::string asked = canonical(request);
        if (const auto known = calls.find(number); known != calls.end()) {
            if (known->second.asked != asked)
                throw std::invalid_argument("call " + std::to_string(number) +
                                            " asked for something else in an earlier run of this job");
            return known->second;
        }
        const HandedIn made(request);
        run.left.enqueued.insert(run.left.enqueued.end(), made.items().begin(), made.items().end());
        std::size_t id = 1000;
        for (const auto& [before, call] : calls)
            id += call.ids.size();
        testing::Saved::Call call{asked, {}};
        for (std::size_t i = 0; i < made.batches() + made.jobs(); ++i)
            call.ids.push_back(std::to_string(++id));
        return calls.emplace(number, std::move(call)).first->second;
    }
};

// The table with that id, or nullptr.
inline const void* fake_extension(std::string_view id) noexcept {
    using Fake = FakeExtensions;
    static constexpr jobhost_outcome_api outcome{sizeof outcome, 0, &Fake::set_snooze, &Fake::set_detail,
                                                 &Fake::get_error};
    static constexpr jobhost_parents_api parents{sizeof parents, 0, &Fake::count, &Fake::get};
    static constexpr jobhost_checkpoint_api checkpoint{sizeof checkpoint, 0, &Fake::load, &Fake::save};
    static constexpr jobhost_step_api step{sizeof step, 0, &Fake::find, &Fake::complete};
    static constexpr jobhost_enqueue_api enqueue{sizeof enqueue, 0, &Fake::enqueue,
                                                 &Fake::enqueue_on_success};
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
