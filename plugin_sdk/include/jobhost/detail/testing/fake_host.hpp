// The host in a test: what the SDK sees of it, and what it does around a run.
#pragma once

#include <jobhost/detail/host.hpp>
#include <jobhost/detail/status.hpp>
#include <jobhost/detail/testing/fake_host_api.hpp>
#include <jobhost/detail/testing/fake_run.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

namespace jobhost::detail {

// The SDK of this program speaks to the fake host as long as one of these lives, and then to the one before.
class InstalledFakeHost {
public:
    InstalledFakeHost() {
        const std::lock_guard lock(mutex());
        if (users()++ > 0) return;
        before() = host;
        adopt(nullptr, fake_host_api());
    }
    ~InstalledFakeHost() {
        const std::lock_guard lock(mutex());
        if (--users() == 0) host = before();
    }
    InstalledFakeHost(const InstalledFakeHost&) = delete;
    InstalledFakeHost& operator=(const InstalledFakeHost&) = delete;

private:
    static std::mutex& mutex() {
        static std::mutex the_only;
        return the_only;
    }
    static int& users() {
        static int count = 0;
        return count;
    }
    static Host& before() {
        static Host saved;
        return saved;
    }
};

inline jobhost_status refuse_run(FakeRun& run, std::string code, std::string message) {
    run.left.error_code = std::move(code);
    run.left.error_message = std::move(message);
    return JOBHOST_FATAL;
}

// Takes arguments of an older version along. OK: the job can begin.
inline jobhost_status upgrade_arguments(FakeRun& run, const jobhost_job_type& type) {
    const std::uint32_t newest = std::max<std::uint32_t>(type.payload_version, 1);
    const std::uint32_t from = run.given.payload_version;
    if (from == 0 || from == newest) return JOBHOST_OK;
    if (!type.upgrade || from < type.accepts_from || from > newest)
        return refuse_run(
            run, "payload_version",
            "the arguments are of version " + std::to_string(from) + ", which this plugin does not take");
    std::string upgraded;
    const auto take = [](void* to, jobhost_text json) { *static_cast<std::string*>(to) = to_view(json); };
    const jobhost_status status =
        type.upgrade(&type, run.context(), from, to_text(run.arguments_text), take, &upgraded);
    if (status != JOBHOST_OK) return status;
    try {
        run.set_arguments(std::move(upgraded));
    } catch (const std::invalid_argument&) {
        return refuse_run(run, "bad_upgrade", "upgrade() did not hand over a JSON object of at most 1 MiB");
    }
    return JOBHOST_OK;
}

// What run() and the filters around it come to.
inline jobhost_status run_with_filters(FakeRun& run, const jobhost_job_type& type,
                                       const jobhost_filter_api* filters) {
    if (!filters) return type.run(&type, run.context());
    const jobhost_status status = filters->before(run.context(), &type);
    if (status != JOBHOST_OK) return status;
    return filters->after(run.context(), &type, type.run(&type, run.context()));
}

// One run of a job, from its arguments to what is left of it. `filters` may be null.
inline testing::Run run_in_test(const testing::Given& given, const jobhost_job_type& type,
                                const jobhost_filter_api* filters) {
    constexpr std::chrono::hours kTimeoutOfTheHost{1};
    const auto of_type =
        type.default_timeout_us > 0 ? std::chrono::microseconds(type.default_timeout_us) : kTimeoutOfTheHost;
    FakeRun run(given, given.timeout.value_or(of_type));
    run.set_arguments(given.arguments);
    jobhost_status status = upgrade_arguments(run, type);
    if (status == JOBHOST_OK) status = run_with_filters(run, type, filters);

    testing::Run& left = run.left;
    left.status = status_of(status);
    if (status == JOBHOST_OK)
        left.result = std::move(run.result);
    else
        left.enqueued_on_success.clear();
    // What was said before a filter made something else of it.
    if (status == JOBHOST_OK || status == JOBHOST_SNOOZE)
        left.error_code = left.error_message = left.error_detail = {};
    if (status != JOBHOST_SNOOZE) left.snoozed_for = {};
    return std::move(left);
}

}  // namespace jobhost::detail
