// Whether jobs are left that only an earlier generation of a plugin can run.
#pragma once

#include "host/sync/boot_clock.hpp"
#include "host/sync/guarded.hpp"
#include "storage/job_queries.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <set>

namespace jobhost::host {

// run_once() is for one thread, the others for any.
class LastJobs {
public:
    using Needs = std::map<std::uint64_t, std::set<TypeVersion>>;  // by generation: what only that one runs

    // `none_left` is told the generations that can go, again and again until they have gone. References
    // outlive this.
    LastJobs(storage::JobQueries& queries, const BootClock& clock,
             std::function<void(std::uint64_t)> none_left)
        : queries_{queries}, clock_{clock}, none_left_{std::move(none_left)} {}

    // From now on these are kept for their jobs.
    void set(Needs needs);

    // How long until it is worth looking again. None is left if two looks, some seconds apart, have found
    // none: what is being handed in meanwhile is seen by the second. Throws StorageError.
    Duration run_once();

private:
    storage::JobQueries& queries_;
    const BootClock& clock_;
    const std::function<void(std::uint64_t)> none_left_;
    Guarded<Needs> needs_;
    std::map<std::uint64_t, BootTime> without_jobs_;  // generations, since when
};

}  // namespace jobhost::host
