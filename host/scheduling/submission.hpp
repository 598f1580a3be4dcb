// What definitions become when they are handed in: jobs, batches, and all that waits for them.
#pragma once

#include "host/scheduling/definition_book.hpp"
#include "storage/definition_store.hpp"
#include "storage/job_store.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace jobhost::host {

// What is handed in, and what somebody who does so by name says beside it.
struct Occasion {
    std::vector<std::string> names;         // those of one instant, or one by hand
    TimePoint now;                          // delays and expiry count from here
    std::optional<TimePoint> instant = {};  // of their schedule; nothing: by hand
    std::optional<TimePoint> as_of = {};    // what ${date} stands for by hand; nothing: now
    Origin origin = Origin::schedule;       // of the jobs for `instant`
    Duration jitter{};  // from now until what waits for nothing is to start, beside its delay
    // In place of the job's own. Taken as they are: nothing in them is a reference.
    std::optional<std::string> arguments = {};
    std::vector<Parent> parents = {};  // that the job or batch of that name awaits
};

// What a submission is made from. All outlive the call.
struct Workshop {
    DefinitionBook definitions;  // all there are. Without an id: not stored yet
    // That a job of this type gets. May throw, which ends the call.
    std::function<int(const std::string& type)> payload_version;
    // Where the file of a source lies: relative files of items are taken from there.
    std::function<std::filesystem::path(const std::string& source)> folder;
};

// Who waits for others of it, or lies in one, has an id further from 0 than those.
struct Submission {
    std::vector<NewBatch> batches;  // before those within them
    std::vector<NewJob> jobs;       // the one that was named is the first

    std::size_t count() const noexcept { return batches.size() + jobs.size(); }
    // Its own ids are negative when it is made, counted from -1 on. `first`: of count() reserved ones.
    void number_from(JobId first);
    // REQUIRES: the ids of both are negative.
    void append(Submission other);
};

// What `change` makes of each id that is negative.
void renumber(Submission& submission, const std::function<std::int64_t(std::int64_t)>& change);

// Gives it numbers of its own; the first one. May throw StorageError.
JobId number(Submission& submission, storage::JobStore& ids);

// It cannot be made: a reference has no value, a file of items is not right. The text names the definition
// and the place in it, and no value of any argument.
struct SubmissionRefused : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// The jobs and batches of these names, and of what waits for them (`after`), if all that it waits for is
// among them. A batch that has no items is not made; who waits for its success or its end does not wait for
// it, and who waits for its failure or deletion is left out. Nothing is handed in here: give it to
// WorkflowStore::submit(), or to DefinitionStore::fire(), when it has its numbers. Throws SubmissionRefused.
Submission submission_of(const Occasion& occasion, const Workshop& workshop);

}  // namespace jobhost::host
