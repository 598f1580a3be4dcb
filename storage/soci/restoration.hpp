// What follows when something that was final runs again: the batches around it are open again, and what was
// deleted because of it waits again.
#pragma once

#include "storage/soci/releases.hpp"

#include <cstdint>
#include <map>
#include <vector>

namespace jobhost::storage {

// Of one transaction. What has run already, because of the earlier end, is not touched. Of jobs that want the
// same unique key again, the one with the smallest id gets it.
class Restoration {
public:
    Restoration(Change& change, Releases& releases) : change_{change}, releases_{releases}, moves_{change} {}

    // The job, held and as it was, is to run again. REQUIRES: its batch was not cancelled.
    void runs_again(const HeldJob& job);
    // The job waits again with its batch, which has counted that.
    void waits_again(JobId job) { parents_.push_back(job.value); }
    // Goes on until nothing follows any more. Releases::run() comes after it.
    void run();

private:
    struct Edge {
        std::int64_t child = 0;
        int position = 0;
        bool is_child_batch = false;
        bool was_unmet = false;
    };

    void uncount(const HeldJob& job);
    void restore_children(std::int64_t parent);
    static bool waits(const HeldJob& job);
    bool comes_back_with_batch(const HeldJob& job);
    void open(const std::vector<Edge>& edges);
    void restore(const HeldJob& job);
    void restore_first_with_key();
    void restore(HeldBatch& batch);

    Change& change_;
    Releases& releases_;
    JobMoves moves_;
    std::vector<std::int64_t> parents_;     // whose children are to be looked at
    std::map<JobId, HeldJob> wanting_key_;  // children that wait again if their keys are free
};

// Members of a batch that is no longer unmet wait again, as many as `releases` may touch; what is left is
// noted.
void restore_members(Change& change, Releases& releases, BatchId batch);

}  // namespace jobhost::storage
