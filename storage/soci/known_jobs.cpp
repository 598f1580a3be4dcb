#include "storage/soci/known_jobs.hpp"

#include "storage/soci/id_list.hpp"
#include "storage/soci/instants.hpp"
#include "storage/storage_error.hpp"

#include <map>
#include <set>
#include <utility>

namespace jobhost::storage {

namespace {

[[noreturn]] void refuse(const std::string& why) {
    throw StorageError{StorageError::Kind::refused, why};
}

std::string name_of(JobId id) {
    return "job " + std::to_string(id.value);
}

void leave_out_known_ids(Session& session, SubmissionEntries& entries) {
    std::vector<JobId> ids;
    for (const SubmissionEntry& entry : entries)
        ids.push_back(entry.job.id);
    std::set<JobId> known;
    for (const auto& [id, state] : session.rows<long long, int>("job_existing", {{"ids", id_list(ids)}}))
        known.insert(JobId{id});
    for (SubmissionEntry& entry : entries)
        if (known.contains(entry.job.id)) entry.leave_out(entry.job.id);
}

// A job that runs again makes its calls again: they have to be the same.
void leave_out_known_calls(Change& change, SubmissionEntries& entries) {
    std::map<JobId, std::vector<SubmissionEntry*>> by_creator;
    for (SubmissionEntry& entry : entries)
        if (entry.job.creator && !entry.is_left_out) by_creator[*entry.job.creator].push_back(&entry);
    for (const auto& [creator, own] : by_creator) {
        struct Call {
            JobId job;
            LaneId lane;
            std::string arguments;
        };
        std::map<int, Call> calls;
        for (auto& [id, call, lane, arguments] : change.session.rows<long long, int, long long, std::string>(
                 "job_of_call", {{"creator", creator.value}}))
            calls[call] = {JobId{id}, LaneId{lane}, std::move(arguments)};
        for (SubmissionEntry* entry : own) {
            const auto call = calls.find(entry->job.call_no);
            if (call == calls.end()) continue;
            const LaneId lane =
                change.names.lane(change.session, change.draft,
                                  {entry->job.queue.value, entry->job.type, entry->job.payload_version});
            if (call->second.lane != lane || call->second.arguments != entry->job.arguments)
                refuse("call " + std::to_string(entry->job.call_no) + " of " + name_of(creator) +
                       " handed in " + name_of(call->second.job) +
                       " in an earlier run, with another type, queue or other arguments; a job that runs "
                       "again must "
                       "make the same calls in the same order");
            entry->leave_out(call->second.job);
            entry->answer.is_new = false;
        }
    }
}

void leave_out_known_instants(Change& change, SubmissionEntries& entries) {
    for (SubmissionEntry& entry : entries) {
        const NewJob& job = entry.job;
        if (entry.is_left_out || !job.definition || !job.nominal_at) continue;
        const auto found =
            change.session.rows<long long>("job_of_instant", {{"definition", job.definition->value},
                                                              {"nominal_at", micros(*job.nominal_at)},
                                                              {"origin", static_cast<int>(job.origin)}});
        if (!found.empty()) entry.leave_out(JobId{std::get<0>(found.front())});
    }
}

}  // namespace

void leave_out_known(Change& change, SubmissionEntries& entries) {
    leave_out_known_ids(change.session, entries);
    leave_out_known_calls(change, entries);
    leave_out_known_instants(change, entries);
}

}  // namespace jobhost::storage
