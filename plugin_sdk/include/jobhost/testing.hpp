// Runs a job in a unit test, without a host and without waiting. Needs no library, and goes with any test
// framework.
//
//     #include "images.cpp"  // the plugin
//     #include <jobhost/testing.hpp>
//
//     const jobhost::testing::Run run = jobhost::testing::run<Resize>({.arguments = R"({"path": "a.png"})"});
//     assert(run.status == jobhost::testing::Status::succeeded);
//
// The job sees a host with the limits, the checks and the answers of the real one, and all of its extensions.
// What only a database knows is left out: whatever types, definitions, limits and other jobs it names, they
// are there. Arguments are read by the job's struct, and held against no schema.
//
// There is a clock that wait_for() moves, without waiting. Who waits for longer than the timeout is
// cancelled.
#pragma once

#include <jobhost/detail/testing/fake_host.hpp>
#include <jobhost/job.hpp>

#include <string>

namespace jobhost::testing {

// Runs a `Job` on this thread, to its end. Filters surround it if they are named: run<Resize,
// jobhost::Filters<Timing, Audit>>(). Several may run at once, on several threads. Throws
// std::invalid_argument if the arguments are not a JSON object of up to 1 MiB, which no host would hand over.
template <class Job, class Filters = jobhost::Filters<>>
Run run(const Given& given = {}) {
    const detail::InstalledFakeHost installed;
    std::string schema;
    return detail::run_in_test(given, detail::describe<Job>(schema), detail::filter_table<Filters>);
}

}  // namespace jobhost::testing
