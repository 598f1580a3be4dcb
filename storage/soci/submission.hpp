// Batches and jobs as they come in, in one transaction.
#pragma once

#include "storage/model/batch.hpp"
#include "storage/soci/given_names.hpp"
#include "storage/soci/releases.hpp"
#include "storage/soci/stand_ins.hpp"
#include "storage/soci/submission_rows.hpp"

#include <map>
#include <set>
#include <span>
#include <variant>
#include <vector>

namespace jobhost::storage {

// Used once. What is there already is left as it is; the answers tell which job stands for which.
class Submission {
public:
    // REQUIRES: check_submission() and JobInserter::check() have passed. All outlive this.
    Submission(Change& change, std::span<const NewBatch> batches, std::span<const NewJob> jobs);
    // One job, whose slot may be known where its key is not; what it is called when it is refused.
    Submission(Change& change, SubmissionEntry entry, const std::string& name);

    // Throws StorageError: refused for what cannot be, conflict if another transaction came first.
    std::vector<Inserted> submit();

private:
    void leave_out_known_batches();
    void follow(const StandIns& stand_ins);
    void refuse_empty_batches();
    void hold_named();
    void hold_parent_jobs();
    void hold_batches();
    void join(BatchId batch, const std::variant<JobId, BatchId>& whose);
    void refuse_cycles();
    void place_batches();
    void place_jobs();
    void place(SubmissionEntry& entry);
    bool is_started(std::optional<BatchId> batch);
    void tell();

    template <class Each>
    void for_each_parent(Each each);
    bool is_new(BatchId batch) const { return new_batches_.contains(batch); }

    Change& change_;
    const GivenNames names_;
    Releases releases_;
    const TimePoint now_;
    std::vector<NewBatch> batches_;  // those that are not there yet, outer ones first
    std::map<BatchId, BatchRow> new_batches_;
    SubmissionEntries entries_;
    std::set<JobId> new_jobs_;
    std::map<JobId, HeldJob> parent_jobs_;     // that were there before
    std::map<BatchId, std::int64_t> members_;  // that come in
};

}  // namespace jobhost::storage
