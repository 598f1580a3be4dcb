// Definitions with a schedule become jobs: one for each nominal instant, whatever the number of hosts.
#pragma once

#include "storage/storage.hpp"

#include <functional>
#include <map>
#include <string>

namespace jobhost::host {

// Not thread-safe.
class RecurringJobs {
public:
    // `payload_versions` are those that this host serves, by type; a type that it does not serve counts as 1.
    // `fired` is called when there is something new to claim. References outlive this.
    RecurringJobs(storage::Storage& storage, const Clock& clock, std::map<std::string, int> payload_versions,
                  std::function<void()> fired)
        : definitions_{storage.definitions()},
          jobs_{storage.jobs()},
          clock_{clock},
          payload_versions_{std::move(payload_versions)},
          fired_{std::move(fired)} {}

    // Fires what is due. Instants that passed while no host ran become one job, for the latest of them. How
    // long until the next instant; at most ten seconds, as definitions may change meanwhile.
    Duration run_once();

private:
    storage::Firing firing_of(const storage::StoredDefinition& stored, TimePoint now);

    storage::DefinitionStore& definitions_;
    storage::JobStore& jobs_;
    const Clock& clock_;
    const std::map<std::string, int> payload_versions_;
    const std::function<void()> fired_;
};

}  // namespace jobhost::host
