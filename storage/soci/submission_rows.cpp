#include "storage/soci/submission_rows.hpp"

#include "storage/soci/id_list.hpp"
#include "storage/soci/instants.hpp"
#include "storage/soci/job_flags.hpp"
#include "storage/soci/refusal.hpp"
#include "storage/soci/sized_rows.hpp"
#include "storage/storage_error.hpp"

#include <boost/json.hpp>

#include <optional>
#include <variant>

namespace jobhost::storage {

namespace {

namespace json = boost::json;

template <class Id>
json::value json_id(const std::optional<Id>& id) {
    if (!id) return nullptr;
    return id->value;
}

json::value json_text(const std::string& text) {
    if (text.empty()) return nullptr;
    return json::string{text};
}

void insert_tags(Session& session, const SubmissionEntries& entries) {
    SizedRows rows{session, "tag_insert"};
    for (const SubmissionEntry& entry : entries)
        if (!entry.is_left_out)
            for (const std::string& tag : std::set<std::string>{entry.job.tags.begin(), entry.job.tags.end()})
                rows.add({{"job", entry.job.id.value}, {"tag", tag}});
    rows.flush();
}

void insert_limit_uses(Session& session, const SubmissionEntries& entries, const GivenNames& names) {
    SizedRows rows{session, "limit_use_insert"};
    std::optional<std::set<std::string>> known;
    for (const SubmissionEntry& entry : entries) {
        if (entry.is_left_out) continue;
        const std::vector<LimitUse>& uses = entry.job.limits;
        for (std::size_t i = 0; i < uses.size(); ++i) {
            if (!known) {
                known.emplace();
                for (auto& [name] : session.rows<std::string>("limit_names"))
                    known->insert(std::move(name));
            }
            if (!known->contains(uses[i].limit))
                refuse_for_now(
                    names.of(entry.job.id) + " needs the limit '" + uses[i].limit +
                    "', which does not exist; define it under 'limits' in the host file, or by 'jobhost "
                    "limits set'");
            rows.add({{"job", entry.job.id.value},
                      {"position", i},
                      {"limit_key", uses[i].limit + ":" + uses[i].key},
                      {"limit_name", uses[i].limit}});
        }
    }
    rows.flush();
}

}  // namespace

void throw_overtaken() {
    throw StorageError{StorageError::Kind::conflict,
                       "another submission of the same jobs came first; try again"};
}

void insert_batch_rows(Session& session, std::span<const NewBatch> batches,
                       const std::map<BatchId, BatchRow>& rows_of) {
    SizedRows rows{session, "batch_insert", {{"now", micros(session.now())}}};
    for (const NewBatch& batch : batches) {
        const BatchRow& row = rows_of.at(batch.id);
        rows.add({{"id", batch.id.value},
                  {"within_batch", json_id(batch.within)},
                  {"name", batch.name},
                  {"state", static_cast<int>(row.state)},
                  {"members", row.members}});
    }
    if (rows.flush() != batches.size()) throw_overtaken();
}

void insert_job_rows(Change& change, const SubmissionEntries& entries, const GivenNames& names) {
    SizedRows rows{change.session, "job_insert_more", {{"now", micros(change.session.now())}}};
    const TimePoint now = change.session.now();
    std::size_t count = 0;
    for (const SubmissionEntry& entry : entries) {
        if (entry.is_left_out) continue;
        const NewJob& job = entry.job;
        const LaneId lane =
            change.names.lane(change.session, change.draft, {job.queue.value, job.type, job.payload_version});
        const PolicyId policy = change.names.policy(change.session, change.draft, job.policy);
        const bool is_waiting = entry.state == StateName::awaiting;
        const bool has_key = job.unique && job.unique->held != HeldWhile::window;
        const bool is_held = has_key && !(is_waiting && job.unique->held == HeldWhile::queued);
        const TimePoint ready_at = entry.state == StateName::scheduled ? *job.due_at : now;
        json::object row{{"id", job.id.value},
                         {"lane", lane.value},
                         {"payload_version", job.payload_version},
                         {"priority", job.priority},
                         {"order_key", micros(ready_at - job.priority * change.ageing)},
                         {"state", static_cast<int>(entry.state)},
                         {"reason", static_cast<int>(entry.reason)},
                         {"due_at", entry.state == StateName::enqueued ? nullptr : json_micros(job.due_at)},
                         {"expires_at", json_micros(job.expires_at)},
                         {"nominal_at", json_micros(job.nominal_at)},
                         {"origin", static_cast<int>(job.origin)},
                         {"definition", json_id(job.definition)},
                         {"policy", policy.value},
                         {"arguments", job.arguments},
                         {"flags", entry.flags},
                         {"batch", json_id(job.batch)},
                         {"creator", json_id(job.creator)},
                         {"unique_slot", json_text(is_held ? entry.slot : "")},
                         {"unique_wanted", json_text(entry.slot)}};
        if (job.unique && !has_key) row["unique_window"] = job.unique->window.count();
        if (entry.state == StateName::enqueued) row["enqueued_at"] = micros(now);
        if (is_waiting && job.delay > Duration::zero()) row["delay"] = job.delay.count();
        rows.add(std::move(row), job.arguments.size() + 500);
        change.tally.added(lane, entry.state);
        ++count;
    }
    if (rows.flush() != count) throw_overtaken();
    insert_tags(change.session, entries);
    insert_limit_uses(change.session, entries, names);
}

void insert_edge_rows(Session& session, std::span<const NewBatch> batches, const SubmissionEntries& entries,
                      const std::set<JobId>& parents_there) {
    SizedRows rows{session, "edge_insert"};
    const auto add = [&](std::int64_t child, bool is_batch, const std::vector<Parent>& parents) {
        for (std::size_t i = 0; i < parents.size(); ++i)
            rows.add({{"child", child},
                      {"position", i},
                      {"parent", std::visit([](auto id) { return id.value; }, parents[i].of)},
                      {"is_batch", parents[i].of.index()},
                      {"child_is_batch", is_batch ? 1 : 0},
                      {"condition", static_cast<int>(parents[i].on)}});
    };
    for (const NewBatch& batch : batches)
        add(batch.id.value, true, batch.parents);
    for (const SubmissionEntry& entry : entries)
        if (!entry.is_left_out) add(entry.job.id.value, false, entry.job.parents);
    rows.flush();
    if (!parents_there.empty())
        session.execute("job_flag", {{"flag", kHasChildren}, {"ids", id_list(parents_there)}});
}

}  // namespace jobhost::storage
