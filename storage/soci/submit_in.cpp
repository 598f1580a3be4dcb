#include "storage/soci/submit_in.hpp"

#include "storage/soci/job_inserter.hpp"
#include "storage/soci/submission.hpp"
#include "storage/soci/submission_check.hpp"

#include <algorithm>

namespace jobhost::storage {

namespace {

// In steps of so many jobs, where each stands for itself.
std::vector<Inserted> submit_by(Changes& changes, std::size_t step, std::span<const NewBatch> batches,
                                std::span<const NewJob> jobs) {
    std::vector<Inserted> answers;
    changes.write_repeatedly([&](Change& change) {
        answers.clear();
        if (jobs.empty()) submit(change, batches, jobs);
        for (std::span rest = jobs; !rest.empty(); rest = rest.subspan(std::min(step, rest.size()))) {
            const auto some = submit(change, batches, rest.first(std::min(step, rest.size())));
            answers.insert(answers.end(), some.begin(), some.end());
        }
    });
    return answers;
}

}  // namespace

std::vector<Inserted> submit_in(Changes& changes, std::span<const NewBatch> batches,
                                std::span<const NewJob> jobs) {
    check_jobs(jobs);
    check_submission(batches, jobs);
    if (batches.empty() && jobs.empty()) return {};
    try {
        return submit_by(changes, jobs.size(), batches, jobs);
    } catch (const PartlyThere&) {
        return submit_by(changes, 1, batches, jobs);
    }
}

std::optional<std::vector<Inserted>> submit_of_run(Changes& changes, const RunKey& run,
                                                   std::span<const NewBatch> batches,
                                                   std::span<const NewJob> jobs) {
    check_jobs(jobs);
    check_submission(batches, jobs);
    std::optional<std::vector<Inserted>> answers;
    changes.write_repeatedly([&](Change& change) {
        answers.reset();
        if (change.session
                .rows<long long>(
                    "run_hold",
                    {{"id", run.job.value}, {"server", run.server.value}, {"lease", run.lease.value}})
                .empty())
            return;
        answers = Submission{change, batches, jobs}.submit();
    });
    return answers;
}

}  // namespace jobhost::storage
