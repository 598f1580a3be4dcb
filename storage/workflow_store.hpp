// Jobs that hang together: what waits for what, and batches.
#pragma once

#include "storage/model/batch.hpp"
#include "storage/model/job.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace jobhost::storage {

struct BatchPage {
    std::vector<Batch> batches;
    std::optional<BatchId> next;  // where the next page begins; nothing: there is none
};

// What waits for a job or a batch.
struct Child {
    std::variant<JobId, BatchId> id;
    Condition on = Condition::succeeded;
    std::optional<bool> is_met;  // nothing: what it waits for has not ended
};

// What stands behind an id.
struct Identified {
    std::variant<JobId, BatchId> id;
    bool is_cancelled = false;  // a batch that nothing can join any more
};

// Thread-safe. Every call may throw StorageError.
class WorkflowStore {
public:
    virtual ~WorkflowStore() = default;

    // Batches and jobs, all or nothing; both may name each other and what is there already. A parent or batch
    // that has ended counts at once: the child starts, or is deleted as unmet. A job put into a batch that is
    // final reopens it, and those around it. Ids that exist already are left as they are, so that a
    // submission whose answer did not arrive is simply repeated. Throws refused, naming the culprit, for a
    // parent or a batch that does not exist, a cycle, a batch without members that is not staged, also when
    // other jobs stand for all of them, a limit that does not exist, a unique key that is taken
    // (OnConflict::fail), a batch that was cancelled, and for more than kMaxMembersAtOnce batches and jobs.
    // One answer for each job.
    virtual std::vector<Inserted> submit(std::span<const NewBatch> batches, std::span<const NewJob> jobs) = 0;
    // The same, and in the same transaction staged batches are opened, in this order.
    virtual std::vector<Inserted> submit_and_open(std::span<const NewBatch> batches,
                                                  std::span<const NewJob> jobs,
                                                  std::span<const BatchId> opens) = 0;
    // All members of a staged batch have been handed in: it starts as soon as what it awaits has come.
    // Opening it again does nothing. Throws refused if there is no such batch, or it has no members.
    virtual void open(BatchId batch) = 0;
    // None of its members, nor of the batches within it, starts any more; running ones are asked to stop.
    // Costs the same for any number of members. False: it is final already. Throws refused if there is none.
    virtual bool cancel(BatchId batch, const std::string& by) = 0;

    // Those of `ids` that are there, in any order.
    virtual std::vector<Identified> identify(std::span<const std::int64_t> ids) = 0;
    virtual std::optional<Batch> find(BatchId batch) = 0;
    // From the newest; of one state if it is given. `from`: BatchPage::next.
    virtual BatchPage list(std::optional<BatchState> state, std::size_t limit,
                           std::optional<BatchId> from) = 0;
    // Those directly within it, by id, at most `limit`.
    virtual std::vector<Batch> within(BatchId batch, std::size_t limit) = 0;
    virtual std::vector<ParentEnd> parents(JobId job) = 0;
    virtual std::vector<Child> children(std::variant<JobId, BatchId> of, std::size_t limit) = 0;

    // What touches many jobs, such as the start of a large batch, goes on in small transactions: does at most
    // `limit` of it, and returns how much. Any host may call it; less than `limit`: nothing is left for now.
    // Something that cannot go on holds up nothing else: it is thrown as refused, once, with what to do about
    // it, and tried again by later calls, more and more rarely.
    virtual std::size_t go_on(std::size_t limit) = 0;
    // Looks for jobs and batches that wait although what they wait for has come, at most `limit` from a
    // position that it keeps itself, and lets them go; how many. Anything but 0 means a defect.
    virtual std::size_t sweep(std::size_t limit) = 0;
};

}  // namespace jobhost::storage
