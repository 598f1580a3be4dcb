#include "host/execution/job_orders.hpp"

#include "config/nearest_name.hpp"
#include "config/values.hpp"
#include "host/scheduling/job_of_definition.hpp"
#include "host/worker/limits.hpp"

#include <algorithm>
#include <chrono>

namespace jobhost::host {

namespace {

// How old our knowledge of what servers run may be.
constexpr Duration kFreshness = std::chrono::seconds{5};

}  // namespace

JobOrders::Submission JobOrders::complete(const HandedIn& order, JobId creator, std::int64_t call,
                                          JobId first_id, TimePoint now) {
    Submission submission;
    std::int64_t id = first_id.value;
    std::optional<BatchId> batch;
    if (order.batch_name) {
        batch = BatchId{id++};
        submission.batches.push_back({.id = *batch, .name = *order.batch_name});
    }
    const std::int64_t first_job = id;
    for (const HandedInJob& one : order.jobs) {
        NewJob job = with_definition(one, now);
        job.id = JobId{id};
        job.creator = creator;
        // Each job of a call has a number of its own, the same in each rerun.
        job.call_no = static_cast<int>((call - 1) * worker::kMaxJobsOfCall + (id - first_job) + 1);
        if (one.is_member) job.batch = batch;
        if (one.follows_batch) job.parents.push_back({*batch, one.on});
        for (const std::size_t member : one.after_members)
            job.parents.push_back({JobId{first_job + static_cast<std::int64_t>(member)}, one.on});
        for (const std::int64_t awaited : one.after)
            job.parents.push_back({parent(awaited), one.on});
        submission.jobs.push_back(std::move(job));
        ++id;
    }
    return submission;
}

// Job types have a dot in their names and definitions may have one too: the definition goes first.
NewJob JobOrders::with_definition(const HandedInJob& order, TimePoint now) {
    NewJob job = order.job;
    if (const auto stored = storage_.definitions().find(job.type)) {
        const NewJob defined = job_of_definition(stored->definition, now);
        job.definition = stored->id;
        job.type = defined.type;
        job.queue = defined.queue;
        job.priority = defined.priority;
        job.arguments = defined.arguments;
        job.policy = defined.policy;
        if (!job.due_at) job.due_at = defined.due_at;
    } else {
        job.policy.retention = retention_;
    }
    if (order.arguments) job.arguments = *order.arguments;
    if (order.queue) job.queue = QueueName{*order.queue};
    if (order.priority) job.priority = *order.priority;
    if (!config::is_job_type(job.type))
        throw BadOrder{"there is no definition " + config::in_quotes(job.type) +
                       ", nor is it a job type such as mail.send"};
    job.payload_version = payload_version(job.type);
    return job;
}

int JobOrders::payload_version(const std::string& type) {
    const bool is_fresh = read_at_ != BootTime{} && clock_.now() - read_at_ < kFreshness;
    if (!is_fresh || !versions_.contains(type)) read_types();
    if (const auto found = versions_.find(type); found != versions_.end()) return found->second;
    std::vector<std::string_view> names;
    for (const auto& [name, version] : versions_)
        names.push_back(name);
    const auto nearest = config::nearest_name(type, names);
    throw BadOrder{"no live server has the job type " + config::in_quotes(type) +
                   (nearest ? "; did you mean '" + std::string{*nearest} + "'?" : "")};
}

// Several servers may run different versions of a plugin: the lowest is understood by the most of them.
void JobOrders::read_types() {
    versions_.clear();
    for (const storage::ServedType& served : storage_.servers().served_types()) {
        if (served.plugin_version.empty()) continue;  // new jobs are not written like that any more
        const auto [at, is_new] = versions_.emplace(served.type, served.payload_version);
        if (!is_new) at->second = std::min(at->second, served.payload_version);
    }
    read_at_ = clock_.now();
}

std::variant<JobId, BatchId> JobOrders::parent(std::int64_t id) {
    if (storage_.queries().find(JobId{id})) return JobId{id};
    if (storage_.workflows().find(BatchId{id})) return BatchId{id};
    throw BadOrder{"there is no job or batch " + std::to_string(id) +
                   " to wait for (finished ones are removed when their retention is over)"};
}

}  // namespace jobhost::host
