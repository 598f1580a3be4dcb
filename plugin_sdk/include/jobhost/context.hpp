// A run, as the job sees it. Nothing here blocks longer than it says.
#pragma once

#include <jobhost/detail/ask.hpp>
#include <jobhost/detail/host.hpp>
#include <jobhost/errors.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace jobhost {

// What a job waited for. Texts live as long as the run.
struct EndedParent {
    std::int64_t id = 0;
    bool is_batch = false;
    bool is_met = true;   // false: it has not ended as `on` says, and a person started this job all the same
    std::string_view on;  // "succeeded", "failed", "finished" or "deleted"
    std::string_view result;     // of a job that succeeded, JSON; empty: none
    bool is_result_cut = false;  // it has one, but those of all parents are too large together
};

// Valid until run() returns, on any thread that the job started and joins before that. Texts live as long.
class JobContext {
public:
    explicit JobContext(jobhost_context* context) noexcept : context_(context) {}
    JobContext(const JobContext&) = delete;
    JobContext& operator=(const JobContext&) = delete;

    // The job; the same in every attempt.
    std::int64_t id() const noexcept { return detail::call_or<std::int64_t>(0, api().job_id, context_); }
    // Grows with each run of the job. Give it to what the job writes to as a fencing token: whoever comes
    // with a smaller one is a run that was given up for dead.
    std::int64_t lease() const noexcept { return detail::call_or<std::int64_t>(0, api().lease, context_); }
    // 1 for the first run.
    std::uint32_t attempt() const noexcept {
        return detail::call_or<std::uint32_t>(1, api().attempt, context_);
    }
    // The instant of the schedule that this run is for, however late it started; nothing for other jobs.
    std::optional<std::chrono::system_clock::time_point> scheduled_at() const noexcept {
        const auto us = detail::call_or<std::int64_t>(0, api().scheduled_at, context_);
        if (us == 0) return std::nullopt;
        return std::chrono::system_clock::time_point(std::chrono::microseconds(us));
    }
    // The same in every run of this job and of no other: for services that ignore a repeated request.
    std::string_view idempotency_key() const noexcept { return text(api().idempotency_key); }
    // Name of the definition that the job comes from; empty: none.
    std::string_view definition() const noexcept { return text(api().definition); }
    // The arguments, a JSON object; for jobs that read them by themselves.
    std::string_view arguments_json() const noexcept { return text(api().arguments); }

    // What the job waited for, in the order in which that was named.
    std::vector<EndedParent> parents() const {
        std::vector<EndedParent> all;
        const auto count = detail::call_or<std::uint32_t>(0, detail::host.parents.count, context_);
        for (std::uint32_t i = 0; i < count; ++i) {
            jobhost_parent parent{};
            parent.struct_size = sizeof parent;
            if (detail::call(detail::host.parents.get, context_, i, &parent) != JOBHOST_OK) break;
            all.push_back({parent.id, (parent.flags & JOBHOST_PARENT_BATCH) != 0,
                           (parent.flags & JOBHOST_PARENT_MET) != 0, detail::to_view(parent.on),
                           detail::to_view(parent.result), (parent.flags & JOBHOST_PARENT_RESULT_CUT) != 0});
        }
        return all;
    }

    // A line of the job's log, UTF-8, cut at 64 KiB. Warnings are counted: "succeeded with 3 warnings".
    void debug(std::string_view line) noexcept { log(JOBHOST_LOG_DEBUG, line); }
    void info(std::string_view line) noexcept { log(JOBHOST_LOG_INFO, line); }
    void warning(std::string_view line) noexcept { log(JOBHOST_LOG_WARNING, line); }
    void error(std::string_view line) noexcept { log(JOBHOST_LOG_ERROR, line); }

    // How far the run is: `fraction` 0 to 1, `note` up to 200 bytes. Cheap; call it as often as you like.
    void progress(double fraction, std::string_view note = {}) noexcept {
        detail::call(api().progress, context_, fraction, detail::to_text(note));
    }

    // Has anybody asked this run to stop, for good or to go on elsewhere? Stays true. One atomic load.
    bool stop_requested() const noexcept { return stop_bits() != 0; }
    // Has a person or a timeout asked this run to stop for good? Only this matters to a job that must not
    // start again from the beginning.
    bool cancel_requested() const noexcept { return (stop_bits() & JOBHOST_STOP_CANCEL) != 0; }
    // Throws Cancelled or Yielded once a stop was requested. One call in each round of a loop makes a good
    // citizen.
    void check() const { check(stop_bits()); }
    // Sleeps for `duration`; throws as check() does as soon as a stop is requested.
    template <class Rep, class Period>
    void wait_for(std::chrono::duration<Rep, Period> duration) const {
        // Longer than a century would overflow, and is the same to any job.
        constexpr std::chrono::hours longest{24 * 365 * 100};
        const auto bounded = duration < longest ? std::chrono::ceil<std::chrono::microseconds>(duration)
                                                : std::chrono::microseconds(longest);
        check(api().wait_for_stop ? api().wait_for_stop(context_, std::int64_t{bounded.count()})
                                  : stop_bits());
    }

    // The run's result, a JSON value of up to 64 KiB; the last call wins; kept only if the run succeeds.
    // Throws FatalError if the host refuses it.
    void set_result(std::string_view json) {
        const jobhost_status status = detail::call(api().set_result, context_, detail::to_text(json));
        if (status == JOBHOST_LIMIT) throw FatalError("result_too_large", "the result is larger than 64 KiB");
        if (status == JOBHOST_INVALID) throw FatalError("result_not_json", "the result is not JSON");
    }

    // A folder for the files of this run and of no other: empty at first, the same at every call, and made at
    // the first one. It goes with all that is in it when the run ends, however that is: move what shall stay.
    // TMPDIR names a folder that is this worker's alone, too, and goes with the worker; what libraries leave
    // there meets later jobs. Throws FatalError if the host has no place for such folders, and Error if it
    // cannot make this one, as when the disk is full.
    std::filesystem::path scratch_folder() const {
        jobhost_text path{nullptr, 0};
        detail::ask("scratch_folder", detail::host.scratch.folder, context_, &path);
        return detail::to_view(path);
    }

    // What follows asks the host and blocks until it answers, at most 30 s each. All throw FatalError if the
    // host refuses it, Error ("host_unavailable") if it does not answer in time, and Lost.

    // What earlier runs of this job saved last, JSON; nothing: they have not. Lives as long as the run.
    std::optional<std::string_view> checkpoint() const {
        jobhost_text saved{nullptr, 0};
        const jobhost_status status =
            detail::ask("checkpoint", detail::host.checkpoint.load, context_, &saved);
        return status == JOBHOST_OK ? std::optional(detail::to_view(saved)) : std::nullopt;
    }
    // Replaces it, durably: a JSON value of up to 1 MiB. It goes when the job succeeds.
    void save_checkpoint(std::string_view json) {
        detail::ask("save_checkpoint", detail::host.checkpoint.save, context_, detail::to_text(json));
    }

    // Calls `work` once for all runs of this job and saves what it returns, a JSON value of up to 1 MiB
    // (void: null); later runs get that without calling. `name` is 1 to 200 bytes and stands for this step in
    // every run. If the machine dies between the work and the saving, `work` is called again.
    template <class Work>
    std::string step(std::string_view name, Work&& work) {
        jobhost_text saved{nullptr, 0};
        if (detail::ask(name, detail::host.step.find, context_, detail::to_text(name), &saved) == JOBHOST_OK)
            return std::string(detail::to_view(saved));
        std::string result = "null";
        if constexpr (std::is_void_v<decltype(work())>)
            work();
        else
            result = work();
        detail::ask(name, detail::host.step.complete, context_, detail::to_text(name),
                    detail::to_text(result));
        return result;
    }

    // Hands in jobs, durably at once: one, an array of them, or a batch, as JSON (keys:
    // plugin_sdk/README.md). Their ids, in their order; a batch's comes first. Up to 1,000 jobs and batches a
    // call, in up to 1 MiB. A rerun makes the same calls, with the same contents and in the same order, from
    // one thread: then each is answered as it was the first time, and nothing is handed in twice. A call that
    // asks for something else than in an earlier run is refused: keep in a step what differs from run to run.
    // What is refused only for now, such as a unique key with on_conflict `fail` that is taken, throws a
    // plain Error ("refused"): let it pass, and the run is tried again by its retry policy.
    std::vector<std::string> enqueue(std::string_view json) {
        jobhost_text ids{nullptr, 0};
        detail::ask("enqueue", detail::host.enqueue.enqueue, context_, detail::to_text(json), &ids);
        return detail::texts_in(detail::to_view(ids));
    }
    // Jobs that are handed in when this run succeeds, in the transaction that records it, or never. No batch.
    // Up to 1,000 jobs with 4 MiB of arguments of one run, all its calls together; the call that would be
    // over that throws, and none of its jobs counts. Jobs that are refused in the end (a unique key with
    // on_conflict `fail` that is taken by then, a batch that was cancelled) make this run a failed one, with
    // the error `jobs_refused`: nothing of them is handed in, and it is tried again by its retry policy.
    void enqueue_on_success(std::string_view json) {
        detail::ask("enqueue_on_success", detail::host.enqueue.enqueue_on_success, context_,
                    detail::to_text(json));
    }

    // An extension of the host, valid until the plugin is unloaded; nullptr: not offered.
    const void* extension(std::string_view id) const noexcept {
        return detail::call_or<const void*>(nullptr, api().get_extension, detail::host.self,
                                            detail::to_text(id));
    }
    // For extensions, which want the C handle.
    jobhost_context* handle() const noexcept { return context_; }

private:
    static const jobhost_host_api& api() noexcept { return detail::host.api; }

    std::string_view text(jobhost_text(JOBHOST_CALL* get)(jobhost_context*)) const noexcept {
        return detail::to_view(detail::call_or<jobhost_text>({nullptr, 0}, get, context_));
    }
    void log(std::int32_t level, std::string_view line) noexcept {
        if (api().log) api().log(detail::host.self, context_, level, detail::to_text(line));
    }
    std::uint32_t stop_bits() const noexcept {
        return detail::call_or<std::uint32_t>(0, api().stop_requested, context_);
    }
    static void check(std::uint32_t bits) {
        if (bits & JOBHOST_STOP_CANCEL) throw Cancelled();
        if (bits & JOBHOST_STOP_DRAIN) throw Yielded();
    }

    jobhost_context* context_;
};

}  // namespace jobhost
