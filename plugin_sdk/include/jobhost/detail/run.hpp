// From the C call to Job::run() and back; no exception passes.
#pragma once

#include <jobhost/arguments.hpp>
#include <jobhost/context.hpp>

#include <new>
#include <string>
#include <type_traits>

namespace jobhost::detail {

// The type behind a parameter list (JobContext&, const Arguments&); void if it is (JobContext&).
template <class... Parameters>
struct ArgumentsOf;
template <>
struct ArgumentsOf<JobContext&> {
    using type = void;
};
template <class Arguments>
struct ArgumentsOf<JobContext&, Arguments> {
    using type = std::remove_cvref_t<Arguments>;
};
template <class Result, class Job, class... Parameters>
ArgumentsOf<Parameters...> arguments_of(Result (Job::*)(Parameters...));
template <class Result, class Job, class... Parameters>
ArgumentsOf<Parameters...> arguments_of(Result (Job::*)(Parameters...) const);
template <class Result, class... Parameters>
ArgumentsOf<Parameters...> arguments_of(Result (*)(Parameters...));

// What Job::run() wants to be given: a struct with JOBHOST_ARGUMENTS, or void.
template <class Job>
using Arguments = typename decltype(arguments_of(&Job::run))::type;

// Calls `run`; what it returns, if anything, is the result.
template <class Run>
void keep_result(JobContext& context, Run run) {
    if constexpr (std::is_void_v<decltype(run())>)
        run();
    else
        context.set_result(run());
}

template <class Job>
void perform(jobhost_context* raw) {
    JobContext context(raw);
    Job job{};
    if constexpr (std::is_void_v<Arguments<Job>>) {
        keep_result(context, [&] { return job.run(context); });
    } else {
        static_assert(ArgumentStruct<Arguments<Job>>,
                      "the second parameter of run() lacks JOBHOST_ARGUMENTS");
        Arguments<Job> arguments{};
        ArgumentReader(raw).read(arguments);
        keep_result(context, [&] { return job.run(context, arguments); });
    }
}

inline jobhost_status fail(jobhost_context* context, jobhost_status status, std::string_view code,
                           std::string_view message) noexcept {
    // The host would refuse a longer code, and the message with it.
    constexpr std::size_t kMostOfCode = 100;
    call(host.api.set_error, context, to_text(code.substr(0, kMostOfCode)), to_text(message));
    return status;
}

inline jobhost_status fail(jobhost_context* context, jobhost_status status, const Error& error) noexcept {
    if (!error.detail().empty()) call(host.outcome.set_detail, context, to_text(error.detail()));
    return fail(context, status, error.code(), error.what());
}

inline jobhost_status snooze(jobhost_context* context, const Snoozed& snoozed) noexcept {
    switch (call(host.outcome.set_snooze, context, std::int64_t{snoozed.delay().count()})) {
        case JOBHOST_OK:
            return JOBHOST_SNOOZE;
        case JOBHOST_UNSUPPORTED:
            return fail(context, JOBHOST_FAILED, "snooze_unsupported", "this host knows no Snoozed");
        default:
            return fail(context, JOBHOST_FATAL, "bad_snooze",
                        "Snoozed takes a delay of more than 0 and at most 365 days");
    }
}

// What the exception in flight means to the host. REQUIRES: called from a handler.
inline jobhost_status settle_exception(jobhost_context* context) noexcept {
    try {
        throw;
    } catch (const Cancelled&) {
        return JOBHOST_CANCELLED;
    } catch (const Yielded&) {
        return JOBHOST_YIELDED;
    } catch (const Snoozed& snoozed) {
        return snooze(context, snoozed);
    } catch (const BadArguments& error) {
        return fail(context, JOBHOST_BAD_ARGUMENTS, error);
    } catch (const FatalError& error) {
        return fail(context, JOBHOST_FATAL, error);
    } catch (const Error& error) {
        return fail(context, JOBHOST_FAILED, error);
    } catch (const std::bad_alloc&) {
        return fail(context, JOBHOST_FAILED, "out_of_memory", "out of memory");
    } catch (const std::exception& error) {
        return fail(context, JOBHOST_FAILED, "exception", error.what());
    } catch (...) {
        return fail(context, JOBHOST_FAILED, "unknown_exception",
                    "something that is no std::exception was thrown");
    }
}

// catch (...) because nothing may unwind into the host, whatever the author throws.
template <class Job>
jobhost_status JOBHOST_CALL run_job(const jobhost_job_type*, jobhost_context* context) noexcept {
    try {
        perform<Job>(context);
        return JOBHOST_OK;
    } catch (...) {
        return settle_exception(context);
    }
}

template <class Job>
jobhost_status JOBHOST_CALL upgrade_job(const jobhost_job_type*, jobhost_context* context, std::uint32_t from,
                                        jobhost_text json, void(JOBHOST_CALL* take)(void*, jobhost_text),
                                        void* to) noexcept {
    try {
        const std::string upgraded = Job::upgrade(from, to_view(json));
        take(to, to_text(upgraded));
        return JOBHOST_OK;
    } catch (...) {
        return settle_exception(context);
    }
}

}  // namespace jobhost::detail
