// The host in a test: what the SDK sees of it, and what it does around a run.
#pragma once

#include <jobhost/detail/host.hpp>
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

inline testing::Status status_of(jobhost_status status) noexcept {
    switch (status) {
        case JOBHOST_OK:
            return testing::Status::succeeded;
        case JOBHOST_FATAL:
            return testing::Status::failed_for_good;
        case JOBHOST_BAD_ARGUMENTS:
            return testing::Status::bad_arguments;
        case JOBHOST_CANCELLED:
            return testing::Status::cancelled;
        case JOBHOST_YIELDED:
            return testing::Status::yielded;
        case JOBHOST_SNOOZE:
            return testing::Status::snoozed;
        default:
            return testing::Status::failed;
    }
}

// One run of a job, from its arguments to what is left of it.
inline testing::Run run_in_test(const testing::Given& given, const jobhost_job_type& type) {
    constexpr std::chrono::hours kTimeoutOfTheHost{1};
    const auto of_type =
        type.default_timeout_us > 0 ? std::chrono::microseconds(type.default_timeout_us) : kTimeoutOfTheHost;
    FakeRun run(given, given.timeout.value_or(of_type));
    run.set_arguments(given.arguments);
    jobhost_status status = upgrade_arguments(run, type);
    if (status == JOBHOST_OK) status = type.run(&type, run.context());

    run.left.status = status_of(status);
    if (status == JOBHOST_OK)
        run.left.result = std::move(run.result);
    else
        run.left.enqueued_on_success.clear();
    return std::move(run.left);
}

}  // namespace jobhost::detail
