#include "storage/soci/submit_in.hpp"

#include "storage/soci/batch_start.hpp"
#include "storage/soci/id_list.hpp"
#include "storage/soci/job_inserter.hpp"
#include "storage/soci/submission.hpp"
#include "storage/soci/submission_check.hpp"
#include "storage/storage_error.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
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

// A job that runs again has to make the same calls in the same order.
void check_calls(Session& session, JobId creator, std::span<const NewJob> jobs) {
    std::vector<int> numbers;
    for (const NewJob& job : jobs)
        numbers.push_back(job.call_no);
    std::map<int, std::pair<std::string, std::string>> calls;
    for (auto& [call, type, arguments] : session.rows<int, std::string, std::string>(
             "job_calls_of", {{"creator", creator.value}, {"calls", id_list(numbers)}}))
        calls[call] = {std::move(type), std::move(arguments)};
    for (const NewJob& job : jobs)
        if (const auto earlier = calls.find(job.call_no);
            earlier != calls.end() && earlier->second != std::pair{job.type, job.arguments})
            throw StorageError{
                StorageError::Kind::refused,
                "call " + std::to_string(job.call_no) + " of job " + std::to_string(creator.value) +
                    " was of " + earlier->second.first +
                    " in an earlier run and is of another type now, or has other arguments; a job "
                    "that runs again must make the same calls in the same order"};
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

std::optional<std::vector<Inserted>> submit_of_run(Changes& changes, const RunKey& run,
                                                   std::span<const NewBatch> batches,
                                                   std::span<const NewJob> jobs) {
    check_jobs(jobs);
    check_submission(batches, jobs);
    for (const NewJob& job : jobs)
        if (job.creator != run.job || job.call_no <= 0)
            throw StorageError{StorageError::Kind::refused,
                               "a run hands in jobs under its own number, by calls from 1 on"};
    std::optional<std::vector<Inserted>> answers;
    changes.write_repeatedly([&](Change& change) {
        answers.reset();
        if (change.session
                .rows<long long>(
                    "run_hold",
                    {{"id", run.job.value}, {"server", run.server.value}, {"lease", run.lease.value}})
                .empty())
            return;
        check_calls(change.session, run.job, jobs);
        answers = Submission{change, batches, jobs}.submit();
    });
    return answers;
}

}  // namespace jobhost::storage
