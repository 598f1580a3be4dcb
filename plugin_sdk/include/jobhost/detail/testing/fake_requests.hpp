// The extensions that ask the host, in a test: what a run saves and hands in.
#pragma once

#include <jobhost/detail/testing/fake_run.hpp>
#include <jobhost/detail/testing/handed_in.hpp>
#include <jobhost/plugin.h>

#include <cstddef>
#include <cstdint>
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
struct FakeRequests {
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

}  // namespace jobhost::detail
