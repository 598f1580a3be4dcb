// Unique keys of jobs that are handed in.
#pragma once

#include "storage/soci/given_names.hpp"
#include "storage/soci/held_jobs.hpp"
#include "storage/soci/submission_entry.hpp"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace jobhost::storage {

// Of one transaction.
class KeyTaking {
public:
    // Both outlive this.
    KeyTaking(Change& change, const GivenNames& names)
        : change_{change}, names_{names}, now_{change.session.now()} {}

    // Gives each job its key, or does what it says for the case that another one has it. Jobs of the same
    // submission meet each other, too. Throws StorageError (refused) as OnConflict::fail wants it.
    void take(SubmissionEntries& entries);
    void take(SubmissionEntry& entry);
    // Jobs that were enqueued, and are to wait by what they were replaced with: they let go of slots.
    const std::vector<JobId>& put_off() const noexcept { return put_off_; }

private:
    bool take_window(SubmissionEntry& entry);
    void meet_earlier(SubmissionEntry& entry, SubmissionEntry& earlier);
    void meet(SubmissionEntry& entry, JobId holder);
    // False: it has begun, and stays as it is.
    bool replace(const NewJob& by, JobId holder);

    Change& change_;
    const GivenNames& names_;
    const TimePoint now_;
    std::vector<JobId> put_off_;
    std::map<std::pair<bool, std::string>, SubmissionEntry*> taken_;  // by whether it is a window, and slot
};

}  // namespace jobhost::storage
