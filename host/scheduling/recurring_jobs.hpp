// Definitions with a schedule become jobs and batches: once for each nominal instant, whatever the number of
// hosts.
#pragma once

#include "host/scheduling/submission.hpp"
#include "storage/storage.hpp"

#include <filesystem>
#include <functional>
#include <map>
#include <string>

namespace jobhost::host {

// Not thread-safe.
class RecurringJobs {
public:
    // `payload_versions` are those that this host serves, by type; a type that it does not serve counts as 1.
    // `folders`: where the definition files of this host lie, by source; what is made for the items of a file
    // is left to a host that has it. `fired` is called when there is something new to claim. References
    // outlive this.
    RecurringJobs(storage::Storage& storage, const Clock& clock, std::map<std::string, int> payload_versions,
                  std::map<std::string, std::filesystem::path> folders, std::function<void()> fired)
        : storage_{storage},
          clock_{clock},
          payload_versions_{std::move(payload_versions)},
          folders_{std::move(folders)},
          fired_{std::move(fired)} {}

    // Fires what is due. Instants that passed while no host ran become one job, for the latest of them. What
    // cannot be fired, because its items are not right for instance, is reported and tried again. How long
    // until the next instant; at most ten seconds, as definitions may change meanwhile.
    Duration run_once();

private:
    std::optional<storage::Firing> firing_of(const storage::StoredDefinition& due,
                                             const std::vector<storage::StoredDefinition>& all,
                                             TimePoint now);
    std::size_t fire(const std::vector<storage::Firing>& firings,
                     const std::vector<storage::StoredDefinition>& all);
    void report(const std::string& name, const std::string& problem);

    storage::Storage& storage_;
    const Clock& clock_;
    const std::map<std::string, int> payload_versions_;
    const std::map<std::string, std::filesystem::path> folders_;
    const std::function<void()> fired_;
    std::map<std::string, std::string> reported_;  // by definition: not to be told every time
};

}  // namespace jobhost::host
