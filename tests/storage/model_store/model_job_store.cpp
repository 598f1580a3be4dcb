#include "tests/storage/model_store/model_job_store.hpp"

#include "tests/storage/model_store/model_texts.hpp"

#include <algorithm>
#include <cassert>
#include <stdexcept>

namespace jobhost::storage::model {

namespace {

bool has_had_its_job(const ModelDatabase& database, const NewJob& job) {
    if (!job.definition || !job.nominal_at) return false;
    return std::any_of(database.jobs.begin(), database.jobs.end(), [&](const auto& entry) {
        const JobRecord& there = entry.second;
        return there.definition == job.definition && there.seen.nominal_at == job.nominal_at &&
               there.origin == job.origin;
    });
}

JobRecord record_of(const NewJob& job, LaneId lane, TimePoint now) {
    JobRecord record;
    record.seen.id = job.id;
    record.seen.type = job.type;
    record.seen.payload_version = job.payload_version;
    record.seen.queue = job.queue;
    record.seen.priority = job.priority;
    record.seen.arguments = job.arguments;
    record.seen.policy = job.policy;
    record.seen.created_at = now;
    record.seen.expires_at = job.expires_at;
    record.seen.nominal_at = job.nominal_at;
    record.lane = lane;
    record.definition = job.definition;
    record.origin = job.origin;
    if (job.due_at && *job.due_at > now)
        record.seen.state = Scheduled{*job.due_at, Reason::delayed};
    else
        enqueue(record, now);
    return record;
}

void add_log(ModelDatabase& database, std::span<const LogChunk> chunks) {
    for (const LogChunk& chunk : chunks)
        if (const auto job = database.jobs.find(chunk.job); job != database.jobs.end())
            job->second.log.emplace(std::pair{chunk.lease, chunk.number}, chunk.lines);
}

// The run has ended as `settlement` says.
void end_run(JobRecord& job, const Settlement& settlement, TimePoint now) {
    if (settlement.cause == Cause::given_back || settlement.cause == Cause::interrupted ||
        settlement.cause == Cause::snoozed)
        --job.seen.attempt;
    job.seen.crashes += settlement.new_crashes;
    job.interruptions += settlement.new_interruptions;
    job.seen.warnings += settlement.new_warnings;
    if (settlement.started_at) job.seen.started_at = settlement.started_at;
    job.seen.state = settlement.target;
    if (auto* success = std::get_if<Succeeded>(&job.seen.state))
        job.seen.finished_at = success->finished_at;
    else if (auto* failure = std::get_if<Failed>(&job.seen.state))
        job.seen.finished_at = failure->finished_at;
    else if (auto* deletion = std::get_if<Deleted>(&job.seen.state))
        job.seen.finished_at = deletion->finished_at;
    else if (is_expired(job, now))
        expire(job, now);
    else if (std::holds_alternative<Enqueued>(job.seen.state))
        job.seen.state = Enqueued{job.enqueued_at};  // it keeps its place
}

Moved settle_one(ModelDatabase& database, ServerId server, Settlement settlement, TimePoint now,
                 std::size_t& mutilated) {
    assert(next_state(StateName::processing, settlement.cause) == name_of(settlement.target));
    const auto found = database.jobs.find(settlement.job);
    if (found == database.jobs.end()) return Moved::lost;
    JobRecord& job = found->second;
    if (job.server != server || job.seen.lease != settlement.lease) return Moved::lost;
    if (job.state() != StateName::processing) return Moved::already;
    if (mutilate(settlement)) ++mutilated;
    end_run(job, settlement, now);
    if (settlement.event) job.events.push_back(*settlement.event);
    add_log(database, settlement.log);
    return Moved::yes;
}

Exchanged settle(ModelDatabase& database, ServerId server, std::span<const Settlement> settlements,
                 TimePoint now) {
    Exchanged exchanged;
    for (const Settlement& settlement : settlements)
        exchanged.moved.push_back(settle_one(database, server, settlement, now, exchanged.mutilated));
    exchanged.server_is_live = database.is_live(server);
    return exchanged;
}

}  // namespace

void insert(ModelDatabase& database, std::span<const NewJob> jobs, TimePoint now) {
    for (const NewJob& job : jobs) {
        if (database.jobs.contains(job.id) || has_had_its_job(database, job)) continue;
        database.jobs.emplace(job.id, record_of(job, database.lane_of(job), now));
    }
}

JobId ModelJobStore::reserve_ids(std::size_t count) {
    return opened_.write([&](ModelDatabase& database, TimePoint) {
        const JobId first{database.next_job};
        database.next_job += static_cast<std::int64_t>(count);
        return first;
    });
}

std::vector<Inserted> ModelJobStore::insert(std::span<const NewJob> jobs) {
    for (const NewJob& job : jobs)
        check(job);
    opened_.write([&](ModelDatabase& database, TimePoint now) { model::insert(database, jobs, now); });
    std::vector<Inserted> inserted;
    for (const NewJob& job : jobs)
        inserted.push_back({job.id});
    return inserted;
}

Exchanged ModelJobStore::exchange(ServerId server, std::span<const Settlement> settlements,
                                  const ClaimRequest& claim) {
    return opened_.write([&](ModelDatabase& database, TimePoint now) {
        Exchanged exchanged = settle(database, server, settlements, now);
        if (exchanged.server_is_live)
            exchanged.claimed = take(database, server, best_choice(database, claim, now), now);
        return exchanged;
    });
}

Exchanged ModelJobStore::exchange_as(ServerId server, std::span<const Settlement> settlements,
                                     const ClaimRequest& claim, const Choice& choice) {
    return opened_.write([&](ModelDatabase& database, TimePoint now) {
        Exchanged exchanged = settle(database, server, settlements, now);
        const ClaimRequest possible = exchanged.server_is_live ? claim : ClaimRequest{};
        if (const std::string fault = fault_in(choice, database, possible, now); !fault.empty())
            throw std::runtime_error{fault};
        exchanged.claimed = take(database, server, choice, now);
        return exchanged;
    });
}

std::vector<JobId> ModelJobStore::expired_in(const ClaimRequest& claim) {
    return opened_.read([&](const ModelDatabase& database) {
        return candidates(database, claim, true, opened_.clock->now());
    });
}

std::vector<HeldRun> ModelJobStore::runs_of(ServerId server, std::size_t limit) {
    return opened_.read([&](const ModelDatabase& database) {
        std::vector<HeldRun> runs;
        for (const auto& [id, job] : database.jobs)
            if (job.state() == StateName::processing && job.server == server && runs.size() < limit)
                runs.push_back({id, job.seen.lease});
        return runs;
    });
}

std::vector<HeldRun> ModelJobStore::cancelled_runs_of(ServerId server, std::size_t limit) {
    return opened_.read([&](const ModelDatabase& database) {
        std::vector<HeldRun> runs;
        for (const auto& [id, job] : database.jobs)
            if (job.state() == StateName::processing && job.server == server &&
                job.seen.cancel_requested_at && runs.size() < limit)
                runs.push_back({id, job.seen.lease});
        return runs;
    });
}

Promoted ModelJobStore::promote_due(std::size_t limit) {
    return opened_.write([&](ModelDatabase& database, TimePoint now) {
        std::set<std::pair<TimePoint, JobId>> waiting;
        for (const auto& [id, job] : database.jobs)
            if (const auto* state = std::get_if<Scheduled>(&job.seen.state))
                waiting.emplace(state->due_at, id);
        Promoted promoted;
        while (!waiting.empty() && waiting.begin()->first <= now && promoted.count < limit) {
            JobRecord& job = database.jobs.at(waiting.begin()->second);
            if (is_expired(job, now))
                expire(job, now);
            else
                enqueue(job, now);
            waiting.erase(waiting.begin());
            ++promoted.count;
        }
        if (!waiting.empty()) promoted.next_due_at = waiting.begin()->first;
        return promoted;
    });
}

void ModelJobStore::append_log(std::span<const LogChunk> chunks) {
    opened_.write([&](ModelDatabase& database, TimePoint) { add_log(database, chunks); });
}

std::vector<Lane> ModelJobStore::lanes() {
    return opened_.read([](const ModelDatabase& database) { return database.lanes; });
}

}  // namespace jobhost::storage::model
