// Definitions with a schedule become jobs and batches: once for each nominal instant, whatever the number of
// hosts.
#pragma once

#include "host/scheduling/firings.hpp"
#include "host/scheduling/large_runs.hpp"
#include "host/sync/guarded.hpp"
#include "storage/storage.hpp"

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>

namespace jobhost::host {

// What is due is read by the database's clock, so hosts whose own clocks differ agree on it. Definitions are
// read again when one has changed, and not when one is due. One thread calls run_once(), another one may call
// run_large(); the rest is for any thread.
class RecurringJobs {
public:
    // `payload_versions` are those that `server` serves, by type; a type that it does not serve counts as 1.
    // What is made for the items of a file is left to a host that has it among its `folders`. `fired` is
    // called when there is something new to claim. References outlive this.
    RecurringJobs(storage::Storage& storage, const Clock& clock, std::map<std::string, int> payload_versions,
                  const SourceFolders& folders, std::function<void()> fired, ServerId server = {})
        : storage_{storage},
          clock_{clock},
          folders_{folders},
          fired_{std::move(fired)},
          large_{storage, firings_, server, fired_} {
        set_payload_versions(std::move(payload_versions));
    }
    RecurringJobs(const RecurringJobs&) = delete;
    RecurringJobs& operator=(const RecurringJobs&) = delete;

    // Fires what is due, and makes up for what was missed as each schedule says. What cannot be fired,
    // because its items are not right for instance, is reported and tried again. How long until the next
    // instant; at most a second, as definitions may change meanwhile.
    Duration run_once();

    // Makes one of those runs for which the others shall not wait. How long until it is worth another call,
    // if large_run_came() does not say so sooner.
    Duration run_large() { return large_.run_once(); }
    std::function<void()> large_run_came = [] {};
    // What run_large() makes comes to nothing within seconds, and leaves nothing.
    void stop() noexcept { large_.stop(); }
    // What is made from now on gets these.
    void set_payload_versions(std::map<std::string, int> versions);

private:
    Duration fire_what_is_due();
    void read_definitions(std::int64_t change);
    void set_back_cursors(TimePoint now);
    std::size_t fire(std::span<const storage::DueDefinition> due, TimePoint now);
    std::optional<storage::Firing> firing_of(const DueRun& run);
    void hand_over(DueRun run);

    storage::Storage& storage_;
    const Clock& clock_;
    Guarded<std::map<std::string, int>> payload_versions_;
    std::atomic<bool> has_new_versions_ = false;
    const SourceFolders& folders_;
    const std::function<void()> fired_;
    std::shared_ptr<const DefinitionsSeen> seen_;  // null: they have not been read
    TimePoint latest_{};                           // what the database's clock has shown
    // By the database's clock: all that was due then has been looked at, and this host has been there since.
    TimePoint seen_until_ = TimePoint::max();
    TimePoint seen_at_{};  // the same moment by the host's clock
    // Of those whose large runs are made, in place of seen_until_ if that is later.
    std::map<DefinitionId, TimePoint> handed_over_;
    Firings firings_{storage_};
    LargeRuns large_;
};

}  // namespace jobhost::host
