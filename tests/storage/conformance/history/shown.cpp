#include "tests/storage/conformance/history/shown.hpp"

#include "storage/model_json.hpp"

#include <algorithm>

namespace jobhost::storage::history {

namespace {

constexpr TimePoint kStart{Duration{1795176000000000}};  // where the clock of a test begins

std::string text_of(std::int64_t number) {
    return std::to_string(number);
}

struct StateText {
    const Job& job;
    const Names& names;

    std::string operator()(const Awaiting& state) const { return std::string{to_string(state.reason)}; }
    std::string operator()(const Scheduled& state) const {
        return "due " + shown(state.due_at) + " " + std::string{to_string(state.reason)};
    }
    std::string operator()(const Enqueued& state) const { return "since " + shown(state.since); }
    std::string operator()(const Processing& state) const {
        return "by " + names.of(state.server) + " lease " + names.of(job.id, state.lease) + " since " +
               shown(state.claimed_at);
    }
    std::string operator()(const Succeeded& state) const {
        return "from " + shown(state.started_at) + " to " + shown(state.finished_at) + " result " +
               state.result;
    }
    std::string operator()(const Failed& state) const {
        return shown(state.finished_at) + " " + std::string{to_string(state.reason)};
    }
    std::string operator()(const Deleted& state) const {
        return shown(state.finished_at) + " " + std::string{to_string(state.reason)};
    }
};

}  // namespace

bool Names::add(JobId job, Lease lease) {
    std::vector<Lease>& leases = leases_[job];
    const bool is_larger = leases.empty() ? lease > Lease{} : lease > leases.back();
    leases.push_back(lease);
    return is_larger;
}

std::string Names::of(ServerId server) const {
    const auto found = servers_.find(server);
    return found == servers_.end() ? "nobody" : found->second;
}

std::string Names::of(LaneId lane) const {
    const auto found = lanes_.find(lane);
    if (found == lanes_.end()) return "no lane";
    return found->second.queue.value + "/" + found->second.type + "/" +
           text_of(found->second.payload_version);
}

std::string Names::of(JobId job, Lease lease) const {
    const auto found = leases_.find(job);
    if (lease == Lease{} || found == leases_.end()) return lease == Lease{} ? "none" : "unknown";
    const auto at = std::find(found->second.begin(), found->second.end(), lease);
    return at == found->second.end() ? "unknown" : "no. " + text_of(at - found->second.begin() + 1);
}

std::string shown(TimePoint instant) {
    return text_of((instant - kStart).count()) + "us";
}

std::string shown(const std::optional<TimePoint>& instant) {
    return instant ? shown(*instant) : "never";
}

std::string shown(const NewJob& job) {
    return "#" + text_of(job.id.value) + " " + job.queue.value + "/" + job.type + " priority " +
           text_of(job.priority) + " due " + shown(job.due_at) + " expires " + shown(job.expires_at) +
           (job.nominal_at ? " for " + shown(*job.nominal_at) : "");
}

std::string shown(const Job& job, const Names& names) {
    return "#" + text_of(job.id.value) + " " + std::string{to_string(name_of(job.state))} + " (" +
           std::visit(StateText{job, names}, job.state) + ") " + job.queue.value + "/" + job.type + "/" +
           text_of(job.payload_version) + " priority " + text_of(job.priority) + " attempt " +
           text_of(job.attempt) + " crashes " + text_of(job.crashes) + " recoveries " +
           text_of(job.recoveries) + " warnings " + text_of(job.warnings) + " " + job.arguments + " of '" +
           job.definition + "' created " + shown(job.created_at) + " started " + shown(job.started_at) +
           " finished " + shown(job.finished_at) + " expires " + shown(job.expires_at) + " nominal " +
           shown(job.nominal_at) + " server '" + job.server + "' lease " + names.of(job.id, job.lease) + " " +
           to_json(job.policy);
}

std::string shown(const ClaimedJob& run, const Names& names) {
    return "#" + text_of(run.id.value) + " " + names.of(run.lane) + " lease " + names.of(run.id, run.lease) +
           " attempt " + text_of(run.attempt) + " crashes " + text_of(run.crashes) + " recoveries " +
           text_of(run.recoveries) + " interruptions " + text_of(run.interruptions) + " key " +
           shown(TimePoint{Duration{run.order_key}}) + " " + run.arguments + " of '" + run.definition +
           "' nominal " + shown(run.nominal_at) + " at " + shown(run.claimed_at) + " " + to_json(run.policy);
}

std::string shown(const HeldRun& run, const Names& names) {
    return "#" + text_of(run.job.value) + " lease " + names.of(run.job, run.lease);
}

std::string shown(const JobEvent& event) {
    // What a store says by itself of a recovery is its own wording.
    const bool is_own = event.cause == Cause::recovered;
    return shown(event.at) + " " + std::string{to_string(event.cause)} + " attempt " +
           text_of(event.attempt) +
           (is_own ? "" : " " + event.error_code + " " + event.message + " " + event.by);
}

std::string shown(const LogLine& line, JobId job, const Names& names) {
    return shown(line.at) + " lease " + names.of(job, line.lease) + " " + line.level + " " + line.text;
}

std::string shown(const ServerInfo& server) {
    return server.incarnation + " '" + server.name + "' state " + text_of(static_cast<int>(server.state)) +
           " started " + shown(server.started_at) + " stopped " + shown(server.stopped_at) + " beat " +
           text_of(server.beat) + " lease " + text_of(server.lease.count());
}

std::string shown(const ServedType& type) {
    return type.type + "/" + text_of(type.payload_version);
}

std::string shown(const StoredDefinition& definition) {
    return definition.definition.name + " from " + definition.source + " revision " +
           text_of(definition.revision) + " next " + shown(definition.next_at) + " " +
           to_json(definition.definition);
}

std::string shown(const StateCounts& counts) {
    std::string text;
    for (std::size_t state = 0; state < counts.size(); ++state)
        text += std::string{kStateNames[state]} + " " + text_of(counts[state]) + " ";
    return text;
}

std::string shown(const std::vector<Moved>& moved) {
    std::string text;
    for (const Moved one : moved)
        text += one == Moved::yes ? "yes " : one == Moved::already ? "already " : "lost ";
    return text;
}

std::string shown(const Settlement& settlement, const Names& names) {
    return "#" + text_of(settlement.job.value) + " lease " + names.of(settlement.job, settlement.lease) +
           " " + std::string{to_string(settlement.cause)};
}

}  // namespace jobhost::storage::history
