// Batches and jobs as they come in, in one transaction.
#pragma once

#include "storage/model/batch.hpp"
#include "storage/soci/releases.hpp"

#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace jobhost::storage {

// Used once. What is there already is left as it is; the answers tell which job stands for which.
class Submission {
public:
    // REQUIRES: check_submission() and JobInserter::check() have passed. All outlive this.
    Submission(Change& change, std::span<const NewBatch> batches, std::span<const NewJob> jobs);

    // Throws StorageError: refused for what cannot be, conflict if another transaction came first.
    std::vector<Inserted> submit();

private:
    struct Entry {
        NewJob job;
        Inserted answer;
        bool is_left_out = false;  // another job stands for it
        std::string slot;          // that it takes; empty: none
        StateName state = StateName::enqueued;
        Reason reason = Reason::none;
        int flags = 0;
    };

    void leave_out_known();
    void leave_out_known_calls();
    void leave_out_known_instants();
    void leave_out(Entry& entry, JobId stands_for);
    void take_keys();
    void take_key(Entry& entry, std::map<std::string, Entry*>& taken);
    bool take_window(Entry& entry);
    void meet(Entry& entry, JobId holder, bool was_claimed);
    void replace(const NewJob& by, JobId holder);
    void follow_left_out();
    void hold_named();
    void hold_parent_jobs();
    void hold_batches();
    void join(BatchId batch, const std::string& whose);
    void refuse_cycles();
    void place_batches();
    void place(Entry& entry);
    bool is_started(std::optional<BatchId> batch);
    void insert_batches();
    void insert_jobs();
    void insert_edges();
    void insert_tags();
    void insert_limit_uses();
    void tell();

    template <class Each>
    void for_each_parent(Each each);
    bool is_new(BatchId batch) const { return new_batches_.contains(batch); }

    Change& change_;
    Releases releases_;
    const TimePoint now_;
    std::vector<NewBatch> batches_;  // those that are not there yet, outer ones first
    std::map<BatchId, BatchState> new_batches_;
    std::vector<Entry> entries_;
    std::set<JobId> new_jobs_;
    std::map<JobId, HeldJob> parent_jobs_;     // that were there before
    std::map<BatchId, std::int64_t> members_;  // that come in
};

}  // namespace jobhost::storage
