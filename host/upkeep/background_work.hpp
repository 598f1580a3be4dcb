// What workflows, operations and limits leave to be done later, in small transactions. Every host does it;
// they do not get in each other's way.
#pragma once

#include "host/sync/boot_clock.hpp"
#include "storage/limit_store.hpp"
#include "storage/model/time.hpp"
#include "storage/operation_store.hpp"
#include "storage/workflow_store.hpp"

#include <functional>

namespace jobhost::host {

// Not thread-safe.
class BackgroundWork {
public:
    // `released` is called when there may be something new to claim, or a run to cancel. References outlive
    // this.
    BackgroundWork(storage::WorkflowStore& workflows, storage::OperationStore& operations,
                   storage::LimitStore& limits, const BootClock& clock, std::function<void()> released)
        : workflows_{workflows},
          operations_{operations},
          limits_{limits},
          clock_{clock},
          released_{std::move(released)},
          next_sweep_{clock.now()} {}

    // A batch of each, unless that was just now: while others enqueue all the time, there is news all the
    // time. How long until it is worth calling again: at once while there is more. Throws
    // StorageError; what is left then is done by a later call.
    Duration run_once();

private:
    std::size_t go_on_with_workflows();
    bool announced(std::size_t count);
    void sweep();

    storage::WorkflowStore& workflows_;
    storage::OperationStore& operations_;
    storage::LimitStore& limits_;
    const BootClock& clock_;
    const std::function<void()> released_;
    BootTime next_look_{};  // not before that
    BootTime next_sweep_;
};

}  // namespace jobhost::host
