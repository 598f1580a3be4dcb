// From the C calls around a run to the filter classes; no exception passes.
#pragma once

#include <jobhost/context.hpp>
#include <jobhost/detail/run.hpp>
#include <jobhost/detail/status.hpp>
#include <jobhost/filters.hpp>

#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace jobhost::detail {

// A function of that name counts even if it cannot be called: then it does not compile, and is not left out.
template <class Filter>
concept HasBefore = requires {
    &Filter::before;
}
|| requires(Filter& filter, JobContext& context, std::string_view type) {
    filter.before(context, type);
};
template <class Filter>
concept HasAfter = requires {
    &Filter::after;
}
|| requires(Filter& filter, JobContext& context, std::string_view type, Outcome& outcome) {
    filter.after(context, type, outcome);
};

inline Outcome outcome_of(jobhost_context* context, jobhost_status status) {
    jobhost_text code{nullptr, 0};
    jobhost_text message{nullptr, 0};
    if (status == JOBHOST_FAILED || status == JOBHOST_FATAL || status == JOBHOST_BAD_ARGUMENTS)
        call(host.outcome.get_error, context, &code, &message);
    return {status_of(status), std::string(to_view(code)), std::string(to_view(message))};
}

// The filters of one run, each around those that follow it.
template <class... List>
class Nested;

template <>
class Nested<> {
public:
    static jobhost_status before(jobhost_context*, std::string_view) noexcept { return JOBHOST_OK; }
    static jobhost_status after(jobhost_context*, std::string_view, jobhost_status status) noexcept {
        return status;
    }
};

template <class Filter, class... Inner>
class Nested<Filter, Inner...> {
    static_assert(HasBefore<Filter> || HasAfter<Filter>, "a filter has before(), after() or both");

public:
    jobhost_status before(jobhost_context* context, std::string_view type) noexcept {
        const jobhost_status begun = begin(context, type);
        if (begun != JOBHOST_OK) return begun;
        const jobhost_status status = inner_.before(context, type);
        if (status == JOBHOST_OK) return status;
        const jobhost_status last = end(context, type, status);
        return last == JOBHOST_OK ? status : last;  // OK would let run() begin
    }
    jobhost_status after(jobhost_context* context, std::string_view type, jobhost_status status) noexcept {
        return end(context, type, inner_.after(context, type, status));
    }

private:
    jobhost_status begin(jobhost_context* raw, std::string_view type) noexcept {
        try {
            filter_.emplace();
            if constexpr (HasBefore<Filter>) {
                JobContext context(raw);
                filter_->before(context, type);
            }
            return JOBHOST_OK;
        } catch (...) {
            return settle_exception(raw);
        }
    }
    jobhost_status end(jobhost_context* raw, std::string_view type, jobhost_status status) noexcept {
        if constexpr (HasAfter<Filter>) {
            try {
                JobContext context(raw);
                Outcome outcome = outcome_of(raw, status);
                filter_->after(context, type, outcome);
                if (outcome.has_succeeded()) status = JOBHOST_OK;
            } catch (...) {
                status = settle_exception(raw);
            }
        }
        filter_.reset();
        return status;
    }

    std::optional<Filter> filter_;
    Nested<Inner...> inner_;
};

// The functions of jobhost_filter_api.
template <class... List>
class FilterCalls {
public:
    static jobhost_status JOBHOST_CALL before(jobhost_context* context,
                                              const jobhost_job_type* type) noexcept {
        std::unique_ptr<Nested<List...>> begun(new (std::nothrow) Nested<List...>);
        if (!begun) return fail(context, JOBHOST_FAILED, "out_of_memory", "out of memory");
        const jobhost_status status = begun->before(context, to_view(type->name));
        if (status == JOBHOST_OK) of_this_run = begun.release();
        return status;
    }
    static jobhost_status JOBHOST_CALL after(jobhost_context* context, const jobhost_job_type* type,
                                             jobhost_status status) noexcept {
        const std::unique_ptr<Nested<List...>> begun(std::exchange(of_this_run, nullptr));
        return begun->after(context, to_view(type->name), status);
    }

private:
    // Those of the run that goes on on this thread. A plain pointer, because a thread_local that has a
    // destructor keeps the library from being unloaded.
    JOBHOST_HIDDEN static inline thread_local Nested<List...>* of_this_run = nullptr;
};

// The table of a list of filters; null if it is empty.
template <class Filters>
inline constexpr const jobhost_filter_api* filter_table = nullptr;
template <class First, class... Rest>
inline constexpr jobhost_filter_api filter_calls{
    sizeof(jobhost_filter_api), 0, &FilterCalls<First, Rest...>::before, &FilterCalls<First, Rest...>::after};
template <class First, class... Rest>
inline constexpr const jobhost_filter_api* filter_table<Filters<First, Rest...>> =
    &filter_calls<First, Rest...>;

template <class Filters>
const void* JOBHOST_CALL get_extension(jobhost_text id) noexcept {
    return to_view(id) == JOBHOST_FILTER_ID ? filter_table<Filters> : nullptr;
}

}  // namespace jobhost::detail
