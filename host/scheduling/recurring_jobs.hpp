// Definitions with a schedule become jobs and batches: once for each nominal instant, whatever the number of
// hosts.
#pragma once

#include "host/scheduling/source_folders.hpp"
#include "host/scheduling/submission.hpp"
#include "storage/storage.hpp"

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace jobhost::host {

// What is due is read by the database's clock, so hosts whose own clocks differ agree on it. Definitions are
// read again when one has changed, and not when one is due. Not thread-safe.
class RecurringJobs {
public:
    // `payload_versions` are those that this host serves, by type; a type that it does not serve counts as 1.
    // What is made for the items of a file is left to a host that has it among its `folders`. `fired` is
    // called when there is something new to claim. References outlive this.
    RecurringJobs(storage::Storage& storage, const Clock& clock, std::map<std::string, int> payload_versions,
                  const SourceFolders& folders, std::function<void()> fired)
        : storage_{storage},
          clock_{clock},
          payload_versions_{std::move(payload_versions)},
          folders_{folders},
          fired_{std::move(fired)} {}
    RecurringJobs(const RecurringJobs&) = delete;
    RecurringJobs& operator=(const RecurringJobs&) = delete;

    // Fires what is due, and makes up for what was missed as each schedule says. What cannot be fired,
    // because its items are not right for instance, is reported and tried again. How long until the next
    // instant; at most a second, as definitions may change meanwhile.
    Duration run_once();

private:
    using Due = storage::DueDefinition;

    Duration fire_what_is_due();
    void read_definitions(std::int64_t change);
    void set_back_cursors(TimePoint now);
    std::size_t fire(std::span<const Due> due, TimePoint now);
    std::optional<storage::Firing> firing_of(const storage::StoredDefinition& stored, const Due& due,
                                             TimePoint now);
    Submission submission_for(const storage::StoredDefinition& stored, std::span<const TimePoint> instants,
                              TimePoint now);
    bool is_skipped(const storage::Firing& firing);
    void lay_ready(storage::Firing& firing, Submission& submission);
    std::size_t fire(std::span<const storage::Firing> firings);
    void end_reports(const storage::Firing& firing);
    void report(const std::string& name, const std::string& problem);

    storage::Storage& storage_;
    const Clock& clock_;
    const std::map<std::string, int> payload_versions_;
    const SourceFolders& folders_;
    const std::function<void()> fired_;
    std::vector<storage::StoredDefinition> definitions_;  // as they were at `change_`
    std::int64_t change_ = 0;                             // 0: they have not been read
    TimePoint latest_{};                                  // what the database's clock has shown
    // By the database's clock: all that was due then has been looked at, and this host has been there since.
    TimePoint seen_until_ = TimePoint::max();
    TimePoint seen_at_{};  // the same moment by the host's clock
    Workshop workshop_;
    std::map<std::string, std::string> reported_;  // by definition: not to be told every time
};

}  // namespace jobhost::host
