// Processes that jobs have left behind: they end with the worker that they come from.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>

namespace jobhost::host {

// What is here is of the whole process, as its children are. Any thread.

// From now on processes whose parents have ended become children of this one, so that they can be found.
void adopt_orphans() noexcept;

// A child that is a worker, from its start until it is reaped. Those that it starts inherit its mark: a
// variable of the environment.
class WorkerMark {
public:
    WorkerMark();
    WorkerMark(WorkerMark&& other) noexcept;
    WorkerMark& operator=(WorkerMark&&) = delete;
    ~WorkerMark();  // tends to orphans

    const std::string& text() const noexcept { return text_; }  // "JOBHOST_WORKER=..."
    // Calls `spawn`, which starts the worker; nobody tends to orphans meanwhile. Throws what that throws.
    pid_t start(const std::function<pid_t()>& spawn);

private:
    std::string text_;  // empty: moved from
};

// Kills orphans whose workers have ended, and reaps those that have ended themselves. One without a mark, as
// its environment was cleaned, goes when all workers have ended that there were when it was met. To be called
// when SIGCHLD has come. Does nothing before adopt_orphans(); after it all children of this process are
// workers, or orphans.
void tend_to_orphans() noexcept;

// Kills what jobs of hosts have left that ended without notice: of all processes of this user those that bear
// the mark of a host that is not there any more. How many.
int kill_orphans_of_dead_hosts() noexcept;

}  // namespace jobhost::host
