#include "storage/soci/submit_in.hpp"

#include "storage/soci/batch_start.hpp"
#include "storage/soci/job_inserter.hpp"
#include "storage/soci/refusal.hpp"
#include "storage/soci/run_calls.hpp"
#include "storage/soci/submission.hpp"
#include "storage/soci/submission_check.hpp"

#include <algorithm>
#include <vector>

namespace jobhost::storage {

namespace {

// In steps of so many jobs, where each stands for itself.
std::vector<Inserted> submit_by(Changes& changes, std::size_t step, std::span<const NewBatch> batches,
                                std::span<const NewJob> jobs, std::span<const BatchId> opens) {
    std::vector<Inserted> answers;
    changes.write_repeatedly([&](Change& change) {
        answers.clear();
        if (jobs.empty() && !batches.empty()) submit(change, batches, jobs);
        for (std::span rest = jobs; !rest.empty(); rest = rest.subspan(std::min(step, rest.size()))) {
            const auto some = submit(change, batches, rest.first(std::min(step, rest.size())));
            answers.insert(answers.end(), some.begin(), some.end());
        }
        for (const BatchId batch : opens)
            open_batch(change, batch);
    });
    return answers;
}

}  // namespace

std::vector<Inserted> submit_in(Changes& changes, std::span<const NewBatch> batches,
                                std::span<const NewJob> jobs, std::span<const BatchId> opens) {
    check_jobs(jobs);
    check_submission(batches, jobs);
    if (batches.empty() && jobs.empty() && opens.empty()) return {};
    try {
        return submit_by(changes, jobs.size(), batches, jobs, opens);
    } catch (const PartlyThere&) {
        return submit_by(changes, 1, batches, jobs, opens);
    }
}

std::optional<std::vector<std::int64_t>> submit_of_run(Changes& changes, const RunKey& run,
                                                       const RunCall& call, std::span<const NewBatch> batches,
                                                       std::span<const NewJob> jobs) {
    if (call.number <= 0 || call.digest.empty())
        refuse("a run hands in jobs by calls with numbers from 1 on, and the digest of what they ask for");
    check_jobs(jobs);
    check_submission(batches, jobs);
    if (std::ranges::any_of(jobs, [&](const NewJob& job) { return job.creator != run.job; }))
        refuse("a run hands in jobs under its own id");
    std::optional<std::vector<std::int64_t>> answer;
    changes.write_repeatedly([&](Change& change) {
        answer.reset();
        if (change.session
                .rows<long long>(
                    "run_hold",
                    {{"id", run.job.value}, {"server", run.server.value}, {"lease", run.lease.value}})
                .empty())
            return;
        answer = answer_to_call(change.session, run, call);
        if (answer) return;
        answer.emplace();
        for (const NewBatch& batch : batches)
            answer->push_back(batch.id.value);
        for (const Inserted& job : Submission{change, batches, jobs}.submit())
            answer->push_back(job.id.value);
        keep_answer(change.session, run, call, *answer);
    });
    return answer;
}

}  // namespace jobhost::storage
