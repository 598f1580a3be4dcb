#include "tests/storage/model_store/model_submit.hpp"

#include "tests/storage/model_store/model_batches.hpp"
#include "tests/storage/model_store/model_cycles.hpp"
#include "tests/storage/model_store/model_releases.hpp"
#include "tests/storage/model_store/model_texts.hpp"
#include "tests/storage/model_store/model_unique.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace jobhost::storage::model {

namespace {

// One call, while it is under way.
class Submission {
public:
    Submission(ModelDatabase& database, TimePoint now) : database_{database}, now_{now} {}

    void make(const NewBatch& batch);
    Inserted make(const NewJob& job);
    // All are made: now they may name each other.
    void tie();
    // Whether it is made without a member, and is not staged.
    bool is_empty(BatchId batch) const;

private:
    // The job because of which this continuation, or member of one, is not made.
    template <class New>
    std::optional<JobId> cause(const New& made, std::optional<BatchId> around) const;
    // The job of the same definition that follows from `of`, or that one itself.
    JobId follower(JobId of, const NewJob& left_out) const;
    bool follows(const JobRecord& job, JobId of) const;
    void join(std::optional<BatchId> batch);
    std::vector<ParentEnd> found(const std::vector<Parent>& parents) const;
    std::optional<Inserted> stand_in_for(const NewJob& job);
    bool takes_key(const NewJob& job) const;

    ModelDatabase& database_;
    TimePoint now_;
    std::map<JobId, const NewJob*> jobs_;         // that are new
    std::map<BatchId, const NewBatch*> batches_;  // likewise
    std::map<std::int64_t, JobId> stand_ins_;     // for what is not made, by its id
};

std::int64_t number_of(const Parent& parent) {
    return std::visit([](auto id) { return id.value; }, parent.of);
}

template <class New>
std::optional<JobId> Submission::cause(const New& made, std::optional<BatchId> around) const {
    if (around && stand_ins_.contains(around->value)) return stand_ins_.at(around->value);
    if (!made.is_continuation || made.parents.empty()) return std::nullopt;
    for (const Parent& parent : made.parents)
        if (!stand_ins_.contains(number_of(parent))) return std::nullopt;
    return stand_ins_.at(number_of(made.parents.front()));
}

bool Submission::follows(const JobRecord& job, JobId of) const {
    const auto is_of = [&](const Parent& parent) {
        const auto other = stand_ins_.find(number_of(parent));
        return other == stand_ins_.end() ? parent.of == Parent{of}.of : other->second == of;
    };
    if (const auto here = jobs_.find(job.seen.id); here != jobs_.end())
        return std::ranges::any_of(here->second->parents, is_of);
    return std::ranges::any_of(job.parents,
                               [&](const ParentEnd& end) { return end.parent.of == Parent{of}.of; });
}

JobId Submission::follower(JobId of, const NewJob& left_out) const {
    for (const auto& [id, job] : database_.jobs)
        if (left_out.definition && job.definition == left_out.definition && follows(job, of)) return id;
    return of;
}

void Submission::join(std::optional<BatchId> batch) {
    if (!batch) return;
    demand(database_.batches.contains(*batch), "batch " + std::to_string(batch->value) + " does not exist");
    demand(!is_cancelled(database_, batch), "batch " + std::to_string(batch->value) + " was cancelled");
    reopen(database_, batch);
}

void Submission::make(const NewBatch& batch) {
    if (database_.batches.contains(batch.id)) return;
    if (const auto job = cause(batch, batch.within)) {
        stand_ins_[batch.id.value] = *job;
        return;
    }
    join(batch.within);
    BatchRecord record;
    record.seen.id = batch.id;
    record.seen.name = batch.name;
    record.seen.within = batch.within;
    record.seen.created_at = now_;
    record.seen.state = batch.is_staged                                          ? BatchState::creating
                        : batch.parents.empty() && runs(database_, batch.within) ? BatchState::started
                                                                                 : BatchState::awaiting;
    database_.batches.emplace(batch.id, record);
    batches_.emplace(batch.id, &batch);
}

bool Submission::takes_key(const NewJob& job) const {
    return job.unique &&
           (job.unique->held != HeldWhile::queued || (job.parents.empty() && runs(database_, job.batch)));
}

std::optional<Inserted> Submission::stand_in_for(const NewJob& job) {
    for (const auto& [id, there] : database_.jobs)
        if (job.definition && job.nominal_at && there.definition == job.definition &&
            there.seen.nominal_at == job.nominal_at && there.origin == job.origin)
            return Inserted{id, false};
    if (!takes_key(job)) return std::nullopt;
    const auto holder = holder_of(database_, job.type, *job.unique, now_);
    if (!holder) return std::nullopt;
    demand(job.unique->on_conflict != OnConflict::fail,
           "a unique key that job " + std::to_string(holder->value) + " has");
    Inserted answer{*holder, false};
    if (const auto there = database_.jobs.find(*holder); there != database_.jobs.end())
        answer.effect = apply_conflict(there->second, job, now_);
    return answer;
}

Inserted Submission::make(const NewJob& job) {
    if (database_.jobs.contains(job.id)) return {job.id, true};
    if (const auto other = cause(job, job.batch)) {
        const JobId stands = follower(*other, job);
        stand_ins_[job.id.value] = stands;
        return {stands, false};
    }
    if (job.batch)
        demand(database_.batches.contains(*job.batch),
               "batch " + std::to_string(job.batch->value) + " does not exist");
    if (const auto other = stand_in_for(job)) {
        stand_ins_[job.id.value] = other->id;
        return *other;
    }
    for (const LimitUse& use : job.limits)
        demand(database_.limits.contains(use.limit), "limit " + use.limit + " does not exist");
    join(job.batch);
    JobRecord record;
    record.seen.id = job.id;
    record.seen.type = job.type;
    record.seen.payload_version = job.payload_version;
    record.seen.queue = job.queue;
    record.seen.priority = job.priority;
    record.seen.arguments = job.arguments;
    record.seen.policy = job.policy;
    record.seen.created_at = now_;
    record.seen.expires_at = job.expires_at;
    record.seen.nominal_at = job.nominal_at;
    record.seen.batch = job.batch;
    record.seen.creator = job.creator;
    record.seen.tags = job.tags;
    std::sort(record.seen.tags.begin(), record.seen.tags.end());
    record.seen.tags.erase(std::unique(record.seen.tags.begin(), record.seen.tags.end()),
                           record.seen.tags.end());
    record.seen.limits = job.limits;
    record.seen.state = Awaiting{job.parents.empty() ? Reason::batch : Reason::parents};
    record.lane = database_.lane_of(job.queue, job.type, job.payload_version);
    record.definition = job.definition;
    record.origin = job.origin;
    record.due_at = job.due_at;
    record.delay = job.delay;
    record.unique = job.unique;
    record.holds_key = takes_key(job) && job.unique->held != HeldWhile::window;
    if (takes_key(job) && !record.holds_key)
        database_.windows[{job.type, job.unique->key}] = {job.id, now_ + job.unique->window};
    if (job.parents.empty() && runs(database_, job.batch)) release(record, now_);
    database_.jobs.emplace(job.id, std::move(record));
    jobs_.emplace(job.id, &job);
    return {job.id, true};
}

std::vector<ParentEnd> Submission::found(const std::vector<Parent>& parents) const {
    std::vector<ParentEnd> ends;
    for (Parent parent : parents) {
        if (const auto other = stand_ins_.find(number_of(parent)); other != stand_ins_.end())
            parent.of = other->second;
        if (const auto* job = std::get_if<JobId>(&parent.of)) {
            demand(database_.jobs.contains(*job), "parent " + std::to_string(job->value) + " does not exist");
        } else {
            const BatchId batch = std::get<BatchId>(parent.of);
            demand(database_.batches.contains(batch),
                   "parent batch " + std::to_string(batch.value) + " does not exist");
        }
        ends.push_back({parent, {}, {}});
    }
    return ends;
}

void Submission::tie() {
    std::vector<JobId> waiting;
    std::vector<BatchId> waiting_batches;
    for (const auto& [id, job] : jobs_) {
        database_.jobs.at(id).parents = found(job->parents);
        if (!job->parents.empty()) waiting.push_back(id);
    }
    for (const auto& [id, batch] : batches_) {
        database_.batches.at(id).seen.parents = found(batch->parents);
        if (!batch->parents.empty()) waiting_batches.push_back(id);
    }
    if (waiting.empty() && waiting_batches.empty()) return;
    demand(!is_in_cycle(database_, waiting, waiting_batches), "jobs or batches that wait for each other");
}

bool Submission::is_empty(BatchId id) const {
    const auto batch = batches_.find(id);
    if (batch == batches_.end() || batch->second->is_staged) return false;
    return std::ranges::none_of(jobs_, [&](const auto& job) { return job.second->batch == id; }) &&
           std::ranges::none_of(batches_, [&](const auto& inner) { return inner.second->within == id; });
}

bool has_member(const NewBatch& batch, std::span<const NewBatch> batches, std::span<const NewJob> jobs) {
    return std::any_of(jobs.begin(), jobs.end(), [&](const NewJob& job) { return job.batch == batch.id; }) ||
           std::any_of(batches.begin(), batches.end(),
                       [&](const NewBatch& inner) { return inner.within == batch.id; });
}

bool is_plain(const NewJob& job) {
    return job.parents.empty() && !job.batch && !job.unique && job.limits.empty();
}

std::vector<Inserted> submit_checked(ModelDatabase& database, std::span<const NewBatch> batches,
                                     std::span<const NewJob> jobs, TimePoint now) {
    for (const NewBatch& batch : batches)
        demand(batch.is_staged || has_member(batch, batches, jobs),
               "batch " + std::to_string(batch.id.value) + " has no members");
    Submission submission{database, now};
    const bool has_continuations = std::ranges::any_of(batches, &NewBatch::is_continuation) ||
                                   std::ranges::any_of(jobs, &NewJob::is_continuation);
    std::vector<Inserted> answers(jobs.size());
    // Batches from outside, then the jobs as they come; by their ids where it matters who comes first.
    std::map<std::int64_t, std::function<void()>> order;
    for (const NewBatch& batch : batches)
        order[batch.id.value] = [&] { submission.make(batch); };
    const auto make_all = [&] {
        for (const auto& [id, make] : std::exchange(order, {}))
            make();
    };
    if (!has_continuations) make_all();
    for (std::size_t i = 0; i < jobs.size(); ++i)
        if (has_continuations)
            order[jobs[i].id.value] = [&, i] { answers[i] = submission.make(jobs[i]); };
        else
            answers[i] = submission.make(jobs[i]);
    make_all();
    submission.tie();
    for (std::size_t i = 0; i < jobs.size(); ++i)
        demand(
            answers[i].is_new || !jobs[i].batch || !submission.is_empty(*jobs[i].batch),
            "a batch for all of whose jobs others stand, such as job " + std::to_string(answers[i].id.value));
    return answers;
}

}  // namespace

std::vector<Inserted> submit(ModelDatabase& database, std::span<const NewBatch> batches,
                             std::span<const NewJob> jobs, TimePoint now) {
    demand(batches.size() + jobs.size() <= kMaxMembersAtOnce, "too many jobs and batches at once");
    for (const NewBatch& batch : batches)
        check(batch);
    for (const NewJob& job : jobs)
        check(job);
    if (batches.empty() && std::all_of(jobs.begin(), jobs.end(), is_plain))
        return submit_checked(database, batches, jobs, now);
    return all_or_nothing(database, [&] { return submit_checked(database, batches, jobs, now); });
}

}  // namespace jobhost::storage::model
