#include "tests/storage/model_store/model_job_store.hpp"

#include "storage/storage_error.hpp"
#include "tests/storage/model_store/model_limits.hpp"
#include "tests/storage/model_store/model_operations.hpp"
#include "tests/storage/model_store/model_submit.hpp"
#include "tests/storage/model_store/model_texts.hpp"

#include <cassert>

namespace jobhost::storage::model {

namespace {

void add_log(ModelDatabase& database, std::span<const LogChunk> chunks) {
    for (const LogChunk& chunk : chunks)
        if (const auto job = database.jobs.find(chunk.job); job != database.jobs.end())
            job->second.log.emplace(std::pair{chunk.lease, chunk.number}, chunk.lines);
}

bool gives_attempt_back(Cause cause) {
    return cause == Cause::given_back || cause == Cause::interrupted || cause == Cause::snoozed;
}

bool was_given_up(const JobRecord& job) {
    const auto* failed = std::get_if<Failed>(&job.seen.state);
    const auto* deleted = std::get_if<Deleted>(&job.seen.state);
    const Reason reason = failed ? failed->reason : deleted ? deleted->reason : Reason::none;
    return reason == Reason::quarantined || reason == Reason::exhausted;
}

// The run has ended as `settlement` says.
void end_run(JobRecord& job, const Settlement& settlement, TimePoint now) {
    if (gives_attempt_back(settlement.cause)) --job.seen.attempt;
    job.seen.crashes += settlement.new_crashes;
    job.interruptions += settlement.new_interruptions;
    job.seen.warnings += settlement.new_warnings;
    if (settlement.started_at) job.seen.started_at = settlement.started_at;
    if (!is_final(name_of(settlement.target)) && end_unless_wanted(job, now)) return;
    if (std::holds_alternative<Enqueued>(settlement.target))
        enqueue_again(job);
    else
        become(job, settlement.target);
}

// False: they are refused, and none was handed in.
bool hand_in(ModelDatabase& database, const Settlement& settlement, TimePoint now) {
    try {
        submit(database, {}, settlement.jobs, now);
        return true;
    } catch (const StorageError&) {
        return false;
    }
}

Moved settle_one(ModelDatabase& database, ServerId server, const Settlement& settlement, TimePoint now) {
    assert(next_state(StateName::processing, settlement.cause) == name_of(settlement.target));
    const auto found = database.jobs.find(settlement.job);
    if (found == database.jobs.end()) return Moved::lost;
    JobRecord& job = found->second;
    if (job.server != server || job.seen.lease != settlement.lease) return Moved::lost;
    if (job.state() != StateName::processing) return Moved::already;
    end_run(job, settlement, now);
    if (settlement.event) job.events.push_back(*settlement.event);
    add_log(database, settlement.log);
    return Moved::yes;
}

// As the run ends when its jobs are refused.
Settlement refused(const Settlement& settlement) {
    Settlement end = settlement;
    end.cause = settlement.if_refused->cause;
    end.target = settlement.if_refused->target;
    end.event = settlement.if_refused->event;
    return end;
}

// What the runs hand in finds all of them ended.
Exchanged settle(ModelDatabase& database, ServerId server, std::span<const Settlement> settlements,
                 TimePoint now) {
    Exchanged exchanged;
    struct Ended {
        Settlement settlement;
        JobRecord before;
    };
    std::vector<Ended> ended;
    for (const Settlement& given : settlements) {
        Settlement settlement = given;
        const bool is_mutilated = mutilate(settlement);
        const auto job = database.jobs.find(given.job);
        const JobRecord before = job == database.jobs.end() ? JobRecord{} : job->second;
        exchanged.moved.push_back(settle_one(database, server, settlement, now));
        if (exchanged.moved.back() != Moved::yes) continue;
        if (is_mutilated) ++exchanged.mutilated;
        ended.push_back({settlement, before});
    }
    for (const auto& [settlement, before] : ended) {
        if (hand_in(database, settlement, now)) continue;
        ++exchanged.refused;
        database.jobs.at(settlement.job) = before;
        settle_one(database, server, refused(settlement), now);
    }
    follow_up(database, now);
    exchanged.server_is_live = database.is_live(server);
    return exchanged;
}

}  // namespace

JobId ModelJobStore::reserve_ids(std::size_t count) {
    return opened_.write([&](ModelDatabase& database, TimePoint) {
        const JobId first{database.next_job};
        database.next_job += static_cast<std::int64_t>(count);
        return first;
    });
}

std::vector<Inserted> ModelJobStore::insert(std::span<const NewJob> jobs) {
    return opened_.write(
        [&](ModelDatabase& database, TimePoint now) { return submit(database, {}, jobs, now); });
}

Exchanged ModelJobStore::exchange(ServerId server, std::span<const Settlement> settlements,
                                  const ClaimRequest& claim) {
    return opened_.write([&](ModelDatabase& database, TimePoint now) {
        Exchanged exchanged = settle(database, server, settlements, now);
        if (exchanged.server_is_live) exchanged.claimed = take(database, server, claim, now);
        return exchanged;
    });
}

Exchanged ModelJobStore::exchange_as(ServerId server, std::span<const Settlement> settlements,
                                     const ClaimRequest& claim, const Choice& choice) {
    return opened_.write([&](ModelDatabase& database, TimePoint now) {
        Exchanged exchanged = settle(database, server, settlements, now);
        const ClaimRequest possible = exchanged.server_is_live ? claim : ClaimRequest{};
        exchanged.claimed = take_as(database, server, possible, choice, now);
        return exchanged;
    });
}

std::vector<JobId> ModelJobStore::candidates_in(const ClaimRequest& claim) {
    return opened_.read([&](const ModelDatabase& database) {
        std::vector<JobId> ids;
        for (const Place& place : candidates(database, claim))
            ids.push_back(std::get<JobId>(place));
        return ids;
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
                job.seen.cancel_requested_at && runs.size() < limit) {
                runs.push_back({id, job.seen.lease});
                for (const JobEvent& event : job.events)
                    if (event.attempt == job.seen.attempt && event.by == "schedule")
                        runs.back().why = event.message;
            }
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
        for (const auto& [due_at, id] : waiting) {
            if (due_at > now || promoted.count == limit) break;
            JobRecord& job = database.jobs.at(id);
            if (!end_unless_wanted(job, now)) enqueue(job, now);
            ++promoted.count;
        }
        promoted.count += grant_slots(database, now);
        follow_up(database, now);
        const auto then = [&](TimePoint at) {
            promoted.next_due_at = std::min(promoted.next_due_at.value_or(at), at);
        };
        for (const auto& [id, job] : database.jobs) {
            if (const auto* state = std::get_if<Scheduled>(&job.seen.state)) then(state->due_at);
            if (job.seen.parked_on)
                if (const auto at = opens_at(database, *job.seen.parked_on, now)) then(*at);
        }
        return promoted;
    });
}

void ModelJobStore::refund(std::span<const CrashedJob> jobs, const std::string& by, const std::string& why) {
    opened_.write([&](ModelDatabase& database, TimePoint now) {
        for (const CrashedJob& crashed : jobs) {
            const auto found = database.jobs.find(crashed.job);
            if (found == database.jobs.end() || found->second.seen.crashes != crashed.crashes) continue;
            JobRecord& job = found->second;
            if (!is_final(job.state())) {
                job.seen.crashes -= crashed.refunded;
                job.seen.attempt -= crashed.refunded;
                job.events.push_back({.at = now,
                                      .cause = Cause::given_back,
                                      .attempt = job.seen.attempt,
                                      .message = why,
                                      .by = by});
            } else if (was_given_up(job) && job.seen.lease == crashed.lease) {
                operate(database, crashed.job, {.verb = Verb::requeue, .by = by, .why = why}, now);
            }
        }
    });
}

void ModelJobStore::append_log(std::span<const LogChunk> chunks) {
    opened_.write([&](ModelDatabase& database, TimePoint) { add_log(database, chunks); });
}

std::vector<Lane> ModelJobStore::lanes() {
    return opened_.read([](const ModelDatabase& database) { return database.lanes; });
}

}  // namespace jobhost::storage::model
