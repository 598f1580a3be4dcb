// A job for the tests of jobhost/testing.hpp.
#pragma once

#include <jobhost/testing.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace jobhost::test {

using jobhost::testing::Given;
using jobhost::testing::Run;
using jobhost::testing::Status;

// Does what the test wants; each test sets it for itself.
struct Do {
    static constexpr std::string_view name = "do";
    static constexpr std::chrono::minutes timeout{5};
    static std::function<void(JobContext&)>& what() {
        static thread_local std::function<void(JobContext&)> it;
        return it;
    }
    static void run(JobContext& context) { what()(context); }
};

inline Run run_that(std::function<void(JobContext&)> what, const Given& given = {}) {
    Do::what() = std::move(what);
    return jobhost::testing::run<Do>(given);
}

// The words with which the host refuses what the job does.
inline std::string refusal(std::function<void(JobContext&)> what, const Given& given = {}) {
    const auto run = run_that(std::move(what), given);
    EXPECT_EQ(run.status, Status::failed_for_good);
    EXPECT_EQ(run.error_code, "refused");
    return run.error_message;
}

}  // namespace jobhost::test
