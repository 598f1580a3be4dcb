#include "storage/soci/submission.hpp"

#include "storage/soci/cycles.hpp"
#include "storage/soci/id_list.hpp"
#include "storage/soci/instants.hpp"
#include "storage/soci/job_flags.hpp"
#include "storage/soci/unique_key.hpp"
#include "storage/storage_error.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <utility>

namespace jobhost::storage {

namespace {

namespace json = boost::json;

[[noreturn]] void refuse(const std::string& why) {
    throw StorageError{StorageError::Kind::refused, why};
}

std::string name_of(JobId id) {
    return "job " + std::to_string(id.value);
}
std::string name_of(BatchId id) {
    return "batch " + std::to_string(id.value);
}

// Statements of at most so many bytes.
class Rows {
public:
    Rows(Session& session, const char* statement) : session_{session}, statement_{statement} {}

    void add(json::object row, std::size_t size = 100) {
        if (size_ + size > kMostInStatement) flush();
        size_ += size;
        rows_.push_back(std::move(row));
    }
    // How many rows were written in all.
    std::size_t flush() {
        if (!rows_.empty()) {
            Parameters parameters{{"rows", json::serialize(std::exchange(rows_, {}))}};
            if (has_now_) parameters.emplace_back("now", micros(session_.now()));
            written_ += static_cast<std::size_t>(session_.execute(statement_, parameters));
        }
        size_ = 0;
        return written_;
    }
    Rows& with_now() {
        has_now_ = true;
        return *this;
    }

private:
    Session& session_;
    const char* statement_;
    json::array rows_;
    std::size_t size_ = 0;
    std::size_t written_ = 0;
    bool has_now_ = false;
};

template <class Id>
json::value json_id(const std::optional<Id>& id) {
    if (!id) return nullptr;
    return id->value;
}

json::value json_text(const std::string& text) {
    if (text.empty()) return nullptr;
    return json::string{text};
}

// Another transaction has put something there since we looked: all of this is done again, and then finds it.
[[noreturn]] void overtaken() {
    throw StorageError{StorageError::Kind::conflict,
                       "another submission of the same jobs came first; try again"};
}

}  // namespace

Submission::Submission(Change& change, std::span<const NewBatch> batches, std::span<const NewJob> jobs)
    : change_{change},
      releases_{change},
      now_{change.session.now()},
      batches_{batches.begin(), batches.end()} {
    std::sort(batches_.begin(), batches_.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
    for (const NewJob& job : jobs)
        entries_.push_back({.job = job, .answer = {job.id}});
}

std::vector<Inserted> Submission::submit() {
    change_.session.announce();
    leave_out_known();
    take_keys();
    follow_left_out();
    hold_named();
    refuse_cycles();
    place_batches();
    for (Entry& entry : entries_)
        if (!entry.is_left_out) place(entry);
    insert_batches();
    insert_jobs();
    insert_edges();
    insert_tags();
    insert_limit_uses();
    tell();
    std::vector<Inserted> answers;
    for (const Entry& entry : entries_)
        answers.push_back(entry.answer);
    return answers;
}

void Submission::leave_out(Entry& entry, JobId stands_for) {
    entry.is_left_out = true;
    entry.answer = {stands_for, stands_for == entry.job.id};
}

void Submission::leave_out_known() {
    Session& session = change_.session;
    std::vector<BatchId> batch_ids;
    for (const NewBatch& batch : batches_)
        batch_ids.push_back(batch.id);
    if (!batch_ids.empty()) {
        std::set<BatchId> known;
        for (const auto& [id] : session.rows<long long>("batch_existing", {{"ids", id_list(batch_ids)}}))
            known.insert(BatchId{id});
        std::erase_if(batches_, [&](const NewBatch& batch) { return known.contains(batch.id); });
    }
    std::vector<JobId> ids;
    for (const Entry& entry : entries_)
        ids.push_back(entry.job.id);
    std::set<JobId> known;
    for (const auto& [id, state] : session.rows<long long, int>("job_existing", {{"ids", id_list(ids)}}))
        known.insert(JobId{id});
    for (Entry& entry : entries_)
        if (known.contains(entry.job.id)) leave_out(entry, entry.job.id);
    leave_out_known_calls();
    leave_out_known_instants();
}

// A job that runs again makes its calls again: they have to be the same.
void Submission::leave_out_known_calls() {
    std::map<JobId, std::vector<Entry*>> by_creator;
    for (Entry& entry : entries_)
        if (entry.job.creator && !entry.is_left_out) by_creator[*entry.job.creator].push_back(&entry);
    for (const auto& [creator, entries] : by_creator) {
        struct Call {
            JobId job;
            LaneId lane;
            std::string arguments;
        };
        std::map<int, Call> calls;
        for (auto& [id, call, lane, arguments] : change_.session.rows<long long, int, long long, std::string>(
                 "job_of_call", {{"creator", creator.value}}))
            calls[call] = {JobId{id}, LaneId{lane}, std::move(arguments)};
        for (Entry* entry : entries) {
            const auto call = calls.find(entry->job.call_no);
            if (call == calls.end()) continue;
            const LaneId lane =
                change_.names.lane(change_.session, change_.draft,
                                   {entry->job.queue.value, entry->job.type, entry->job.payload_version});
            if (call->second.lane != lane || call->second.arguments != entry->job.arguments)
                refuse("call " + std::to_string(entry->job.call_no) + " of " + name_of(creator) +
                       " handed in " + name_of(call->second.job) +
                       " in an earlier run, with another type, queue or other arguments; a job that runs "
                       "again must "
                       "make the same calls in the same order");
            leave_out(*entry, call->second.job);
            entry->answer.is_new = false;
        }
    }
}

void Submission::leave_out_known_instants() {
    for (Entry& entry : entries_) {
        const NewJob& job = entry.job;
        if (entry.is_left_out || !job.definition || !job.nominal_at) continue;
        const auto found =
            change_.session.rows<long long>("job_of_instant", {{"definition", job.definition->value},
                                                               {"nominal_at", micros(*job.nominal_at)},
                                                               {"origin", static_cast<int>(job.origin)}});
        if (!found.empty()) leave_out(entry, JobId{std::get<0>(found.front())});
    }
}

// In the order of the slots, in which every transaction takes them.
void Submission::take_keys() {
    std::vector<Entry*> unique;
    for (Entry& entry : entries_) {
        if (entry.is_left_out || !entry.job.unique) continue;
        entry.slot = unique_slot_of(entry.job);
        unique.push_back(&entry);
    }
    std::stable_sort(unique.begin(), unique.end(),
                     [](const Entry* a, const Entry* b) { return a->slot < b->slot; });
    std::map<std::string, Entry*> taken;
    for (Entry* entry : unique)
        take_key(*entry, taken);
}

void Submission::take_key(Entry& entry, std::map<std::string, Entry*>& taken) {
    const Unique& unique = *entry.job.unique;
    if (unique.held == HeldWhile::queued &&
        (!entry.job.parents.empty() || entry.job.delay < Duration::zero()))
        return;  // it will not be queued for now
    if (const auto earlier = taken.find(entry.slot); earlier != taken.end()) {
        if (unique.on_conflict == OnConflict::replace || unique.on_conflict == OnConflict::extend) {
            NewJob& first = earlier->second->job;
            first.due_at = entry.job.due_at;
            if (unique.on_conflict == OnConflict::replace) {
                first.arguments = entry.job.arguments;
                first.priority = entry.job.priority;
            }
            return leave_out(entry, first.id);
        }
        return meet(entry, earlier->second->job.id, true);
    }
    if (unique.held == HeldWhile::window) {
        if (!take_window(entry)) return;
    } else {
        const auto holder = change_.session.rows<long long, long long>("job_of_slot", {{"slot", entry.slot}});
        if (!holder.empty())
            return meet(entry, JobId{std::get<0>(holder.front())}, std::get<1>(holder.front()) > 0);
    }
    taken[entry.slot] = &entry;
}

// False: the window of another job is open.
bool Submission::take_window(Entry& entry) {
    Session& session = change_.session;
    const auto found = session.rows<long long, long long>("window_of_slot", {{"slot", entry.slot}});
    if (!found.empty() && std::get<1>(found.front()) > micros(now_)) {
        const JobId holder{std::get<0>(found.front())};
        const std::vector<HeldJob> held = hold_jobs(session, {holder});
        meet(entry, holder, held.empty() || held.front().state >= StateName::processing);
        return false;
    }
    session.execute("window_delete", {{"slot", entry.slot}});
    const long long inserted =
        session.execute("window_insert", {{"slot", entry.slot},
                                          {"job", entry.job.id.value},
                                          {"until", micros(now_ + entry.job.unique->window)}});
    if (inserted == 0) overtaken();
    return true;
}

void Submission::meet(Entry& entry, JobId holder, bool was_claimed) {
    switch (entry.job.unique->on_conflict) {
        case OnConflict::fail:
            refuse("a job with this unique key is there already: " + name_of(holder));
        case OnConflict::replace:
        case OnConflict::extend:
            if (!was_claimed) replace(entry.job, holder);
            break;
        case OnConflict::skip:
            break;
    }
    leave_out(entry, holder);
}

void Submission::replace(const NewJob& by, JobId holder) {
    Session& session = change_.session;
    std::vector<HeldJob> held = hold_jobs(session, {holder});
    if (held.empty() || held.front().state > StateName::enqueued) return;
    HeldJob& job = held.front();
    if (by.unique->on_conflict == OnConflict::replace) {
        session.execute("job_replace",
                        {{"id", holder.value}, {"arguments", by.arguments}, {"priority", by.priority}});
        job.priority = by.priority;
    }
    if (job.state == StateName::awaiting) {
        session.execute("job_due_when_released", {{"id", holder.value}, {"due_at", micros(by.due_at)}});
        return;
    }
    JobMoves moves{change_};
    if (by.due_at && *by.due_at > now_)
        moves.schedule(job, *by.due_at, Reason::delayed);
    else
        moves.enqueue(job);
    moves.write();
}

// What waits for a job that another one stands for waits for that one.
void Submission::follow_left_out() {
    std::map<JobId, JobId> stands_for;
    for (const Entry& entry : entries_) {
        if (entry.is_left_out)
            stands_for[entry.job.id] = entry.answer.id;
        else
            new_jobs_.insert(entry.job.id);
    }
    for_each_parent([&](Parent& parent, const std::string&) {
        auto* job = std::get_if<JobId>(&parent.of);
        if (job == nullptr) return;
        if (const auto other = stands_for.find(*job); other != stands_for.end()) *job = other->second;
    });
}

template <class Each>
void Submission::for_each_parent(Each each) {
    for (Entry& entry : entries_)
        if (!entry.is_left_out)
            for (Parent& parent : entry.job.parents)
                each(parent, name_of(entry.job.id));
    for (NewBatch& batch : batches_)
        for (Parent& parent : batch.parents)
            each(parent, name_of(batch.id));
}

void Submission::hold_named() {
    for (const NewBatch& batch : batches_)
        new_batches_[batch.id] = BatchState::started;
    hold_parent_jobs();
    hold_batches();
}

void Submission::hold_parent_jobs() {
    std::map<JobId, std::string> named;
    for_each_parent([&](const Parent& parent, const std::string& whose) {
        const auto* job = std::get_if<JobId>(&parent.of);
        if (job != nullptr && !new_jobs_.contains(*job)) named.emplace(*job, whose);
    });
    std::vector<JobId> ids;
    for (const auto& [id, whose] : named)
        ids.push_back(id);
    for (const HeldJob& job : hold_jobs(change_.session, ids))
        parent_jobs_[job.id] = job;
    for (const auto& [id, whose] : named)
        if (!parent_jobs_.contains(id))
            refuse(whose + " waits for " + name_of(id) + ", which does not exist");
}

void Submission::hold_batches() {
    std::vector<BatchId> ids;
    std::map<BatchId, std::string> awaited;
    for_each_parent([&](const Parent& parent, const std::string& whose) {
        const auto* batch = std::get_if<BatchId>(&parent.of);
        if (batch != nullptr && !is_new(*batch)) awaited.emplace(*batch, whose);
    });
    std::map<BatchId, std::string> joined;
    for (const Entry& entry : entries_)
        if (!entry.is_left_out && entry.job.batch) {
            ++members_[*entry.job.batch];
            joined.emplace(*entry.job.batch, name_of(entry.job.id));
        }
    for (const NewBatch& batch : batches_)
        if (batch.within) {
            ++members_[*batch.within];
            joined.emplace(*batch.within, name_of(batch.id));
        }
    for (const auto& [id, whose] : awaited)
        ids.push_back(id);
    for (const auto& [id, whose] : joined)
        if (!is_new(id)) ids.push_back(id);
    if (ids.empty()) return;
    releases_.batches().hold(ids);
    for (const auto& [id, whose] : awaited)
        if (releases_.batches().find(id) == nullptr)
            refuse(whose + " waits for " + name_of(id) + ", which does not exist");
    for (const auto& [id, whose] : joined)
        if (!is_new(id)) join(id, whose);
}

void Submission::join(BatchId id, const std::string& whose) {
    HeldBatch* batch = releases_.batches().find(id);
    if (batch == nullptr) refuse(whose + " is to join " + name_of(id) + ", which does not exist");
    if (batch->cancel_requested_at) refuse(whose + " is to join " + name_of(id) + ", which was cancelled");
    releases_.reopen(id);
    batch->members += members_[id];
    batch->unfinished += members_[id];
    releases_.batches().changed(id);
}

// Those among what comes in were looked for before; here it is what was there that closes the circle.
void Submission::refuse_cycles() {
    std::set<BatchId> joined;
    for (const auto& [id, count] : members_)
        if (!is_new(id)) joined.insert(id);
    std::set<JobId> jobs;
    std::set<BatchId> batches;
    for_each_parent([&](const Parent& parent, const std::string&) {
        if (const auto* job = std::get_if<JobId>(&parent.of)) {
            if (!new_jobs_.contains(*job) && !is_final(parent_jobs_.at(*job).state)) jobs.insert(*job);
        } else if (const BatchId batch = std::get<BatchId>(parent.of); !is_new(batch)) {
            batches.insert(batch);
        }
    });
    if (joined.empty() || (jobs.empty() && batches.empty())) return;
    if (const auto culprit = waits_for_end_of(change_.session, joined, jobs, batches))
        refuse("a cycle: " + std::to_string(*culprit) +
               " waits for the batch whose new member is to wait for it");
}

bool Submission::is_started(std::optional<BatchId> batch) {
    if (!batch) return true;
    if (const auto found = new_batches_.find(*batch); found != new_batches_.end())
        return found->second == BatchState::started;
    return releases_.has_started(batch);
}

void Submission::place_batches() {
    for (const NewBatch& batch : batches_)
        new_batches_[batch.id] = batch.is_staged                                       ? BatchState::creating
                                 : !batch.parents.empty() || !is_started(batch.within) ? BatchState::awaiting
                                                                                       : BatchState::started;
}

void Submission::place(Entry& entry) {
    NewJob& job = entry.job;
    if (!job.parents.empty()) entry.flags |= kHasParents;
    if (!job.limits.empty()) entry.flags |= kHasLimits;
    if (!job.tags.empty()) entry.flags |= kHasTags;
    if (job.unique) {
        entry.flags |= kHasUnique;
        if (job.unique->held == HeldWhile::queued || job.unique->held == HeldWhile::until_started)
            entry.flags |= kFreesAtClaim;
    }
    if (job.delay > Duration::zero() && job.parents.empty() && is_started(job.batch))
        job.due_at = std::max(job.due_at.value_or(now_), now_ + job.delay);
    if (!job.parents.empty()) {
        entry.state = StateName::awaiting;
        entry.reason = Reason::parents;
    } else if (!is_started(job.batch)) {
        entry.state = StateName::awaiting;
        entry.reason = Reason::batch;
    } else if (job.due_at && *job.due_at > now_) {
        entry.state = StateName::scheduled;
        entry.reason = Reason::delayed;
    }
}

void Submission::insert_batches() {
    Rows rows{change_.session, "batch_insert"};
    rows.with_now();
    for (const NewBatch& batch : batches_)
        rows.add({{"id", batch.id.value},
                  {"within_batch", json_id(batch.within)},
                  {"name", batch.name},
                  {"state", static_cast<int>(new_batches_[batch.id])},
                  {"members", members_[batch.id]}});
    if (rows.flush() != batches_.size()) overtaken();
}

void Submission::insert_jobs() {
    std::set<JobId> with_children;
    for_each_parent([&](const Parent& parent, const std::string&) {
        if (const auto* job = std::get_if<JobId>(&parent.of)) with_children.insert(*job);
    });
    Rows rows{change_.session, "job_insert_more"};
    rows.with_now();
    std::size_t count = 0;
    for (Entry& entry : entries_) {
        if (entry.is_left_out) continue;
        const NewJob& job = entry.job;
        const LaneId lane = change_.names.lane(change_.session, change_.draft,
                                               {job.queue.value, job.type, job.payload_version});
        const PolicyId policy = change_.names.policy(change_.session, change_.draft, job.policy);
        if (with_children.contains(job.id)) entry.flags |= kHasChildren;
        const bool is_waiting = entry.state == StateName::awaiting;
        const bool is_held = job.unique && job.unique->held != HeldWhile::window &&
                             !(is_waiting && job.unique->held == HeldWhile::queued);
        const TimePoint ready_at = entry.state == StateName::scheduled ? *job.due_at : now_;
        json::object row{{"id", job.id.value},
                         {"lane", lane.value},
                         {"payload_version", job.payload_version},
                         {"priority", job.priority},
                         {"order_key", micros(ready_at - job.priority * change_.ageing)},
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
        if (entry.state == StateName::enqueued) row["enqueued_at"] = micros(now_);
        if (is_waiting && job.delay > Duration::zero()) row["delay"] = job.delay.count();
        if (job.creator) row["call_no"] = job.call_no;
        rows.add(std::move(row), job.arguments.size() + 500);
        change_.tally.added(lane, entry.state);
        ++count;
    }
    if (rows.flush() != count) overtaken();
}

void Submission::insert_edges() {
    Rows rows{change_.session, "edge_insert"};
    const auto add = [&](std::int64_t child, bool is_batch, const std::vector<Parent>& parents) {
        for (std::size_t i = 0; i < parents.size(); ++i)
            rows.add({{"child", child},
                      {"position", i},
                      {"parent", std::visit([](auto id) { return id.value; }, parents[i].of)},
                      {"is_batch", parents[i].of.index()},
                      {"child_is_batch", is_batch ? 1 : 0},
                      {"condition", static_cast<int>(parents[i].on)}});
    };
    for (const NewBatch& batch : batches_)
        add(batch.id.value, true, batch.parents);
    for (const Entry& entry : entries_)
        if (!entry.is_left_out) add(entry.job.id.value, false, entry.job.parents);
    rows.flush();
    if (parent_jobs_.empty()) return;
    std::vector<JobId> ids;
    for (const auto& [id, job] : parent_jobs_)
        ids.push_back(id);
    change_.session.execute("job_flag", {{"flag", kHasChildren}, {"ids", id_list(ids)}});
}

void Submission::insert_tags() {
    Rows rows{change_.session, "tag_insert"};
    for (const Entry& entry : entries_)
        if (!entry.is_left_out)
            for (const std::string& tag : std::set<std::string>{entry.job.tags.begin(), entry.job.tags.end()})
                rows.add({{"job", entry.job.id.value}, {"tag", tag}});
    rows.flush();
}

void Submission::insert_limit_uses() {
    Rows rows{change_.session, "limit_use_insert"};
    std::optional<std::set<std::string>> known;
    for (const Entry& entry : entries_) {
        if (entry.is_left_out) continue;
        std::vector<LimitUse> uses = entry.job.limits;
        std::sort(uses.begin(), uses.end());
        for (std::size_t i = 0; i < uses.size(); ++i) {
            if (!known) {
                known.emplace();
                for (auto& [name] : change_.session.rows<std::string>("limit_names"))
                    known->insert(std::move(name));
            }
            if (!known->contains(uses[i].limit))
                refuse(name_of(entry.job.id) + " needs the limit '" + uses[i].limit +
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

// What has ended before anybody waited for it tells so now.
void Submission::tell() {
    for_each_parent([&](const Parent& parent, const std::string&) {
        if (const auto* job = std::get_if<JobId>(&parent.of)) {
            const auto held = parent_jobs_.find(*job);
            if (held != parent_jobs_.end() && is_final(held->second.state))
                releases_.tell(*job, held->second.state);
        } else if (const BatchId id = std::get<BatchId>(parent.of); !is_new(id)) {
            const HeldBatch* batch = releases_.batches().find(id);
            if (batch != nullptr && is_final(batch->state)) releases_.tell(id, batch->state);
        }
    });
    std::vector<BatchId> empty;  // their members were there already
    for (const NewBatch& batch : batches_)
        if (members_[batch.id] == 0 && !batch.is_staged) empty.push_back(batch.id);
    releases_.batches().hold(empty);
    for (const BatchId id : empty)
        releases_.finish_if_complete(id);
    releases_.run();
}

}  // namespace jobhost::storage
