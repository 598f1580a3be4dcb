// A control group for one worker, so that what it starts cannot leave it.
#pragma once

#include "host/worker/descriptor.hpp"

#include <filesystem>
#include <utility>

namespace jobhost::host {

// The group, of version 2, in which this process may make others: one that systemd has delegated
// (Delegate=yes), or the root of a container. Empty: there is none, and orphans are found by their marks
// alone (plugin/orphans.hpp).
std::filesystem::path delegated_group();

// Goes, with all processes in it, when its owner goes.
class WorkerGroup {
public:
    WorkerGroup() = default;
    // A new one in `root`; where that cannot be, or `root` is empty, none.
    explicit WorkerGroup(const std::filesystem::path& root);
    WorkerGroup(WorkerGroup&& other) noexcept
        : folder_{std::exchange(other.folder_, {})}, joining_{std::move(other.joining_)} {}
    WorkerGroup& operator=(WorkerGroup&&) = delete;
    ~WorkerGroup();

    // A process that writes "0" there becomes a member. None: there is no group.
    const worker::Descriptor& joining() const noexcept { return joining_; }

private:
    std::filesystem::path folder_;
    worker::Descriptor joining_;
};

// Ends groups of hosts that have ended without notice, with what is in them.
void sweep_groups(const std::filesystem::path& root);

}  // namespace jobhost::host
