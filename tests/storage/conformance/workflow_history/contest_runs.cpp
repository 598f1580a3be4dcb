#include "tests/storage/conformance/workflow_history/contest.hpp"

namespace jobhost::storage::workflow_history {

using namespace std::chrono_literals;
using history::shown;

void Contest::enter() {
    const std::string incarnation = "host " + std::to_string(their_side_.servers.size() + 1);
    std::vector<ServedType> types{{.type = "x.job"}};
    if (their_side_.servers.size() % 2 == 1) types.push_back({.type = "y.job"});
    say(incarnation + " enters");
    both("who entered", [&](Storage& storage, Side& side) {
        side.servers.push_back(
            storage.servers().enter({.incarnation = incarnation, .name = incarnation}, types));
        side.names.add(side.servers.back(), incarnation);
        return incarnation;
    });
}

// Of both storages the same lanes, by name.
ClaimRequest Contest::some_request(Choices& choices) {
    ClaimRequest request{{}, choices.one_of<std::size_t>({5, 1, 2, 20})};
    const std::size_t shape = choices.below(3);
    for (const Lane& lane : theirs().jobs().lanes()) {
        their_side_.names.add(lane);
        const bool is_a = lane.queue.value == "a";
        const int rank = shape == 1 && is_a ? 1 : 0;
        if (shape == 2 && is_a) {
            request.more.resize(1);
            request.more[0].limit = 2;
            request.more[0].lanes.push_back({lane.id, 0});
        } else {
            request.lanes.push_back({lane.id, rank});
        }
    }
    return request;
}

void Contest::claim(Choices& choices) {
    exchange(choices.below(their_side_.servers.size()), {}, &choices);
}

// How a run ends, by chance.
Settlement Contest::some_end(Choices& choices) {
    const TimePoint now = clock_.now();
    Settlement end;
    end.started_at = now;
    end.new_warnings = static_cast<int>(choices.below(2));
    switch (choices.below(16)) {
        case 0:
            end.cause = Cause::failed;
            end.target = Failed{now, Reason::exhausted};
            break;
        case 1:
            end.cause = Cause::deleted;
            end.target = Deleted{now, Reason::exhausted};
            break;
        case 2:
            end.cause = Cause::retried;
            end.target = Scheduled{now + 2s, Reason::retry};
            break;
        case 3:
            end.cause = Cause::retried_at_once;
            end.target = Enqueued{now};
            break;
        case 4:
            end.cause = Cause::snoozed;
            end.target = Scheduled{now + 2s, Reason::snoozed};
            break;
        case 5:
            end.cause = Cause::interrupted;
            end.new_interruptions = 1;
            end.target = Enqueued{now};
            break;
        case 6:
            end.cause = Cause::given_back;
            end.started_at.reset();
            end.target = Enqueued{now};
            break;
        default:
            end.cause = Cause::succeeded;
            end.target = Succeeded{now, now, choices.is_one_in(2) ? R"({"done":1})" : ""};
    }
    return end;
}

void Contest::end_runs(Choices& choices, bool also_claims) {
    const std::size_t server = choices.below(their_side_.servers.size());
    Ends ends;
    for (std::size_t i = 0; i < runs_.size() && ends.size() < 5; ++i) {
        if (!runs_[i].is_open || runs_[i].server != server || choices.is_one_in(3)) continue;
        runs_[i].is_open = false;
        ends.push_back({i, some_end(choices)});
        if (ends.back().settlement.cause == Cause::succeeded && choices.is_one_in(4)) {
            NewJob next = some_job(choices);
            next.limits.clear();
            if (next.unique) next.unique->on_conflict = OnConflict::skip;
            next.parents = {{our_side_.runs[i].id, Condition::finished}};
            if (next.unique && next.unique->held == HeldWhile::queued) next.unique.reset();
            ends.back().settlement.jobs.push_back(next);
            ends.back().settlement.if_refused =
                Settlement::Refused{.cause = Cause::failed, .target = Failed{clock_.now()}, .event = {}};
        }
    }
    if (ends.empty() && !also_claims) return say("nothing runs there");
    sent_.push_back({server, ends});
    exchange(server, ends, also_claims ? &choices : nullptr);
    for (const End& end : ends)
        for (const NewJob& job : end.settlement.jobs)
            if (model_.queries().find(job.id)) ids_.push_back(job.id);
}

void Contest::settle_again(Choices& choices) {
    if (sent_.empty()) return say("nothing was settled yet");
    const auto& [server, ends] = sent_[choices.below(sent_.size())];
    exchange(server, ends, nullptr);
}

std::vector<Settlement> Contest::settlements(const Ends& ends, const Side& side) const {
    std::vector<Settlement> settlements;
    for (const End& end : ends) {
        settlements.push_back(end.settlement);
        settlements.back().job = side.runs[end.run].id;
        settlements.back().lease = side.runs[end.run].lease;
    }
    return settlements;
}

std::map<JobId, Lease> Contest::their_leases() {
    std::map<JobId, Lease> leases;
    for (const Job& job : theirs().queries().list({}, 100'000, "").jobs)
        leases[job.id] = job.lease;
    return leases;
}

// What of the jobs the database has looked at and not claimed: it deleted them, or they have another lease.
model::Choice Contest::choice_of(const Exchanged& exchanged, std::map<JobId, Lease> before) {
    model::Choice choice;
    for (const ClaimedJob& run : exchanged.claimed)
        choice.claimed.push_back(run.id);
    for (const Job& job : theirs().queries().list({}, 100'000, "").jobs)
        if (job.lease != before[job.id] || name_of(job.state) == StateName::deleted)
            choice.passed.push_back(job.id);
    return choice;
}

void Contest::exchange(std::size_t server, const Ends& ends, Choices* claims) {
    const ClaimRequest request = claims ? some_request(*claims) : ClaimRequest{};
    std::string text;
    for (const Settlement& end : settlements(ends, our_side_))
        text += shown(end, our_side_.names) + " " + told_all(end.jobs) + ", ";
    say("host " + std::to_string(server + 1) + " settles [" + text + "] and claims " +
        std::to_string(request.limit));

    std::map<std::string, LaneId> our_lanes;
    for (const Lane& lane : model_.jobs().lanes()) {
        our_side_.names.add(lane);
        our_lanes[our_side_.names.of(lane.id)] = lane.id;
    }
    ClaimRequest our_request = request;
    const auto rename = [&](std::vector<ClaimLane>& lanes) {
        for (ClaimLane& lane : lanes)
            lane.lane = our_lanes[their_side_.names.of(lane.lane)];
    };
    rename(our_request.lanes);
    for (ClaimRequest::Part& part : our_request.more)
        rename(part.lanes);

    const std::map<JobId, Lease> before = their_leases();
    const Exchanged their_answer =
        theirs().jobs().exchange(their_side_.servers[server], settlements(ends, their_side_), request);
    Exchanged our_answer;
    try {
        our_answer = model_.jobs().exchange_as(our_side_.servers[server], settlements(ends, our_side_),
                                               our_request, choice_of(their_answer, before));
    } catch (const std::runtime_error& error) {
        throw history::Disagreement{"the claim: " + std::string{error.what()} + "\n" +
                                    told_all(their_answer.claimed, their_side_.names)};
    }
    for (const Lane& lane : theirs().jobs().lanes())
        their_side_.names.add(lane);
    for (const Lane& lane : model_.jobs().lanes())
        our_side_.names.add(lane);
    for (const ClaimedJob& run : their_answer.claimed)
        if (!their_side_.names.add(run.id, run.lease)) throw history::Disagreement{"a lease did not rise"};
    for (const ClaimedJob& run : our_answer.claimed)
        our_side_.names.add(run.id, run.lease);
    history::agree("what moved", shown(their_answer.moved), shown(our_answer.moved));
    history::agree("what was claimed", told_all(their_answer.claimed, their_side_.names),
                   told_all(our_answer.claimed, our_side_.names));
    for (std::size_t i = 0; i < our_answer.claimed.size(); ++i) {
        their_side_.runs.push_back(their_answer.claimed[i]);
        our_side_.runs.push_back(our_answer.claimed[i]);
        runs_.push_back({server});
    }
}

std::optional<std::size_t> Contest::some_run(Choices& choices) const {
    if (runs_.empty()) return std::nullopt;
    return runs_.size() - 1 - choices.below(std::min<std::size_t>(runs_.size(), 6));
}

void Contest::hand_in(Choices& choices) {
    const auto run = some_run(choices);
    if (!run) return say("nothing has run yet");
    NewJob job = some_job(choices);
    job.unique.reset();
    job.creator = our_side_.runs[*run].id;
    const RunCall call{.number = 1 + static_cast<std::int64_t>(choices.below(2)),
                       .digest = choices.is_one_in(4) ? "another" : "one"};
    if (choices.is_one_in(3)) job.batch = our_side_.runs[*run].batch;
    say("a run of #" + std::to_string(job.creator->value) + " hands in " + told(job) + " by call " +
        std::to_string(call.number) + " " + call.digest);
    both("what a run handed in", [&](Storage& storage, Side& side) {
        const RunKey key{side.servers[runs_[*run].server], side.runs[*run].id, side.runs[*run].lease};
        const auto answer = storage.runs().submit(key, call, {}, {&job, 1});
        return answer ? "#" + std::to_string(answer->at(0)) : "not its run";
    });
    if (model_.queries().find(job.id)) ids_.push_back(job.id);
}

void Contest::save(Choices& choices) {
    const auto run = some_run(choices);
    if (!run) return say("nothing has run yet");
    const std::string text = std::to_string(choices.below(10));
    const bool is_step = choices.is_one_in(2);
    say("a run of #" + std::to_string(our_side_.runs[*run].id.value) + " saves " + text);
    both("what was saved", [&](Storage& storage, Side& side) {
        const RunKey key{side.servers[runs_[*run].server], side.runs[*run].id, side.runs[*run].lease};
        const bool is_saved = is_step ? storage.runs().save_step(key, "step " + text, text)
                                      : storage.runs().save_checkpoint(key, text);
        return (is_saved ? "saved " : "not saved ") + told(storage.runs().load(key.job, 0));
    });
}

void Contest::crash(Choices& choices) {
    const std::size_t server = choices.below(their_side_.servers.size());
    const std::string incarnation = "host " + std::to_string(server + 1);
    say(incarnation + " crashes");
    both("what was recovered", [&](Storage& storage, Side& side) {
        storage.servers().declare_dead(incarnation);
        std::size_t count = 0;
        while (const std::size_t more = storage.servers().recover(side.servers[server], 2))
            count += more;
        return std::to_string(count);
    });
    enter();
}

}  // namespace jobhost::storage::workflow_history
