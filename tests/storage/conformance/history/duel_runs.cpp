#include "tests/storage/conformance/history/duel.hpp"

namespace jobhost::storage::history {

namespace {

// A run that ended, without what it leaves.
Settlement end_of(JobId job, Lease lease, Cause cause, const State& target,
                  std::optional<TimePoint> started_at) {
    Settlement end;
    end.job = job;
    end.lease = lease;
    end.cause = cause;
    end.target = target;
    end.started_at = started_at;
    return end;
}

// The eight ways in which a run ends; `more` varies what it leaves.
Settlement end_of(const ClaimedJob& run, std::size_t way, std::size_t more, TimePoint now) {
    const auto end = [&](Cause cause, const State& target) {
        return end_of(run.id, run.lease, cause, target, now);
    };
    switch (way) {
        case 0:
        case 1:
            return end(Cause::succeeded,
                       Succeeded{now, now, more == 0 ? "" : "[" + std::to_string(more) + "]"});
        case 2: {
            Settlement retry =
                end(Cause::retried, Scheduled{now + std::chrono::seconds{2 * more}, Reason::retry});
            retry.event = JobEvent{now, Cause::retried, run.attempt, "boom", "it went wrong", "a host"};
            return retry;
        }
        case 3: {
            Settlement failure =
                end(Cause::failed, Failed{now, more == 0 ? Reason::exhausted : Reason::fatal});
            failure.event = JobEvent{now, Cause::failed, run.attempt, "boom", "é \U0001F600", ""};
            failure.new_crashes = static_cast<int>(more);
            return failure;
        }
        case 4:
            return end_of(run.id, run.lease, Cause::given_back, Enqueued{now}, std::nullopt);
        case 5: {
            Settlement interruption = end(Cause::interrupted, Enqueued{now});
            interruption.new_interruptions = 1;
            return interruption;
        }
        case 6:
            return end(Cause::deleted, Deleted{now, Reason::exhausted});
        default:
            return end(Cause::cancelled, Deleted{now, Reason::cancelled});
    }
}

}  // namespace

ClaimRequest Duel::some_lanes(Choices& choices, std::size_t limit) {
    ClaimRequest request{{}, limit};
    for (const Lane& lane : theirs().jobs().lanes()) {
        their_names_.add(lane);
        if (choices.below(4) != 3) request.lanes.push_back({lane.id, static_cast<int>(choices.below(2))});
    }
    return request;
}

void Duel::claim(Choices& choices) {
    Sent nothing;
    nothing.server = choices.below(servers_.size());
    const auto limit = choices.one_of<std::size_t>({1, 2, 3, 10, 0});
    exchange(nothing, some_lanes(choices, limit));
}

void Duel::add_end(Choices& choices, std::size_t index, Sent& sent) {
    const Run& run = runs_[index];
    const std::size_t way = choices.below(8);
    const std::size_t more = choices.below(4);
    const auto end_with_rest = [&](const ClaimedJob& claimed) {
        Settlement end = end_of(claimed, way, more, clock_.now());
        if (more == 3) end.new_warnings = 2;
        if (more >= 2)
            end.log = {{claimed.id, claimed.lease, 9, R"([{"at":1,"level":"info","text":"the end"}])"}};
        return end;
    };
    sent.theirs.push_back(end_with_rest(run.theirs));
    sent.ours.push_back(end_with_rest(run.ours));
}

void Duel::settle(Choices& choices) {
    Sent sent;
    sent.server = choices.below(servers_.size());
    const std::size_t count = 1 + choices.below(3);
    const std::size_t limit = choices.one_of<std::size_t>({0, 1, 2});
    for (std::size_t i = runs_.size(); i-- > 0 && sent.theirs.size() < count;)
        if (runs_[i].is_open && runs_[i].server == sent.server) {
            add_end(choices, i, sent);
            runs_[i].is_open = false;
        }
    sent_.push_back(sent);
    exchange(sent, limit == 0 ? ClaimRequest{} : some_lanes(choices, limit));
}

void Duel::settle_again(Choices& choices) {
    if (sent_.empty()) return tell("nothing was settled yet");
    exchange(sent_[choices.below(sent_.size())], {});
}

// Any run at all, perhaps by somebody who does not hold it.
void Duel::settle_late(Choices& choices) {
    if (runs_.empty()) return tell("nothing has run yet");
    const std::size_t run = choices.below(runs_.size());
    Sent sent;
    sent.server = choices.below(2) == 0 ? runs_[run].server : choices.below(servers_.size());
    add_end(choices, run, sent);
    sent_.push_back(sent);
    exchange(sent, {});
}

void Duel::exchange(const Sent& sent, const ClaimRequest& claim) {
    const Server& server = servers_[sent.server];
    tell(server.incarnation + " settles [" + shown_all(sent.theirs, their_names_) + "] and claims " +
         std::to_string(claim.limit) + " of");
    for (const ClaimLane& lane : claim.lanes)
        tell(their_names_.of(lane.lane) + " rank " + std::to_string(lane.rank));

    std::map<std::string, LaneId> our_lanes;
    for (const Lane& lane : model_.jobs().lanes()) {
        our_names_.add(lane);
        our_lanes[our_names_.of(lane.id)] = lane.id;
    }
    ClaimRequest our_claim{{}, claim.limit};
    for (const ClaimLane& lane : claim.lanes)
        our_claim.lanes.push_back({our_lanes[their_names_.of(lane.lane)], lane.rank});

    const std::vector<JobId> candidates = model_.jobs().candidates_in(our_claim);
    const Exchanged theirs_answer = theirs().jobs().exchange(server.theirs, sent.theirs, claim);
    model::Choice choice;
    for (const ClaimedJob& run : theirs_answer.claimed) {
        choice.claimed.push_back(run.id);
        if (!their_names_.add(run.id, run.lease)) throw Disagreement{"a lease did not rise"};
    }
    for (const JobId id : candidates)
        if (const auto found = theirs().queries().find(id);
            found && name_of(found->state) == StateName::deleted)
            choice.passed.push_back(id);

    Exchanged our_answer;
    try {
        our_answer = model_.jobs().exchange_as(server.ours, sent.ours, our_claim, choice);
    } catch (const std::runtime_error& error) {
        throw Disagreement{"the claim: " + std::string{error.what()} + "\n" +
                           shown_all(theirs_answer.claimed, their_names_)};
    }
    for (const ClaimedJob& run : our_answer.claimed)
        our_names_.add(run.id, run.lease);
    agree("what moved", shown(theirs_answer.moved), shown(our_answer.moved));
    agree("what was claimed", shown_all(theirs_answer.claimed, their_names_),
          shown_all(our_answer.claimed, our_names_));
    if (!theirs_answer.server_is_live && our_answer.server_is_live)
        throw Disagreement{"the server is live and told that it is not"};
    for (std::size_t i = 0; i < our_answer.claimed.size(); ++i)
        runs_.push_back({theirs_answer.claimed[i], our_answer.claimed[i], sent.server});
}

void Duel::give_back_unheld(Choices& choices) {
    Sent sent;
    sent.server = choices.below(servers_.size());
    const auto their_runs = theirs().jobs().runs_of(servers_[sent.server].theirs, 2);
    const auto our_runs = model_.jobs().runs_of(servers_[sent.server].ours, 2);
    agree("the runs of a server", shown_all(their_runs, their_names_), shown_all(our_runs, our_names_));
    const auto returns = [&](const std::vector<HeldRun>& runs) {
        std::vector<Settlement> given_back;
        for (const HeldRun& run : runs)
            given_back.push_back(
                end_of(run.job, run.lease, Cause::given_back, Enqueued{clock_.now()}, std::nullopt));
        return given_back;
    };
    sent.theirs = returns(their_runs);
    sent.ours = returns(our_runs);
    exchange(sent, {});
}

void Duel::append_log(Choices& choices) {
    if (runs_.empty()) return tell("nothing has run yet");
    const Run& run = runs_[choices.below(runs_.size())];
    if (!theirs().queries().find(run.theirs.id)) return tell("the job is gone");
    const int number = static_cast<int>(choices.below(2));
    const std::string lines =
        R"([{"at":2,"level":"stdout","text":"line )" + std::to_string(choices.below(100)) + "\"}]";
    tell("a line for the log of #" + std::to_string(run.theirs.id.value));
    const LogChunk their_chunk{run.theirs.id, run.theirs.lease, number, lines};
    const LogChunk our_chunk{run.ours.id, run.ours.lease, number, lines};
    theirs().jobs().append_log({&their_chunk, 1});
    model_.jobs().append_log({&our_chunk, 1});
}

}  // namespace jobhost::storage::history
