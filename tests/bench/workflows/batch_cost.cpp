#include "storage/bench/stopwatch.hpp"
#include "tests/bench/workflows/ground.hpp"
#include "tests/bench/workflows/measures.hpp"

#include <set>

namespace jobhost::bench {

BatchCost measure_batch(Place& place, const Sizes& sizes) {
    Ground ground{place, "batch"};
    storage::WorkflowStore& workflows = ground.storage().workflows();
    NewBatch batch;
    batch.id = BatchId{ground.storage().jobs().reserve_ids(1).value};
    batch.name = "large";
    std::vector<NewJob> jobs = ground.jobs(sizes.members + 1);
    for (NewJob& job : jobs)
        job.batch = batch.id;
    NewJob& continuation = jobs.back();
    continuation.batch.reset();
    continuation.parents = {{batch.id, Condition::succeeded}};
    BatchCost cost;
    const Stopwatch creating;
    workflows.submit({&batch, 1}, jobs);
    cost.create_seconds = creating.seconds();

    std::set<JobId> ran;
    const Stopwatch completing;
    ground.drain(sizes.exchange, [&](const std::vector<ClaimedJob>& runs) {
        for (const ClaimedJob& run : runs) {
            demand(run.id != continuation.id || ran.size() == sizes.members,
                   "the continuation ran before the last member had ended");
            demand(ran.insert(run.id).second, "a job ran twice");
        }
    });
    cost.complete_seconds = completing.seconds();
    demand(ran.size() == sizes.members + 1, "not every member and the continuation ran");
    demand(workflows.find(batch.id).value().state == BatchState::succeeded, "the batch has not succeeded");
    return cost;
}

}  // namespace jobhost::bench
