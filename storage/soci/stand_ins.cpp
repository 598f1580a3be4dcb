#include "storage/soci/stand_ins.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>

namespace jobhost::storage {

namespace {

// Of a submission with continuations. By their ids, so that what is waited for, or is around others, comes
// before.
class InOrder {
public:
    InOrder(Session& session, KeyTaking& keys, std::vector<NewBatch>& batches, SubmissionEntries& entries)
        : session_{session}, keys_{keys} {
        for (const NewBatch& batch : batches)
            order_[batch.id.value].batch = &batch;
        for (SubmissionEntry& entry : entries)
            order_[entry.job.id.value].entry = &entry;
    }

    StandIns find() {
        for (const auto& [id, thing] : order_)
            if (thing.batch != nullptr)
                look_at(*thing.batch);
            else
                look_at(*thing.entry);
        return std::move(found_);
    }

private:
    struct Thing {
        const NewBatch* batch = nullptr;
        SubmissionEntry* entry = nullptr;
    };

    void look_at(const NewBatch& batch) {
        if (const auto job = cause(batch, batch.within)) found_[batch.id.value] = *job;
    }
    void look_at(SubmissionEntry& entry) {
        if (!entry.is_left_out) {
            if (const auto job = cause(entry.job, entry.job.batch))
                entry.leave_out(follower(*job, entry.job));
            else
                keys_.take(entry);
        }
        if (!entry.answer.is_new)
            found_[entry.job.id.value] = entry.answer.id;
        else if (entry.job.definition)
            note_follower(entry.job);
    }

    void note_follower(const NewJob& job) {
        for (const Parent& parent : job.parents) {
            const std::int64_t id = id_of(parent);
            const auto other = found_.find(id);
            const JobId followed = other == found_.end() ? JobId{id} : other->second;
            followers_.try_emplace({followed, *job.definition}, job.id);
        }
    }

    // The job of the same definition that follows from `of`, or that one itself.
    JobId follower(JobId of, const NewJob& left_out) const {
        if (!left_out.definition) return of;
        const auto here = followers_.find({of, *left_out.definition});
        const auto there = session_.rows<std::optional<long long>>(
            "edge_follower", {{"parent", of.value}, {"definition", left_out.definition->value}});
        std::optional<JobId> first;
        if (here != followers_.end()) first = here->second;
        if (const auto id = std::get<0>(there.front()); id && (!first || *id < first->value))
            first = JobId{*id};
        return first.value_or(of);
    }

    static std::int64_t id_of(const Parent& parent) {
        return std::visit([](auto id) { return id.value; }, parent.of);
    }

    // The job because of which this one is left out, if it is.
    template <class New>
    std::optional<JobId> cause(const New& made, std::optional<BatchId> around) const {
        if (around)
            if (const auto job = found_.find(around->value); job != found_.end()) return job->second;
        const auto stand_in = [&](const Parent& parent) { return found_.find(id_of(parent)); };
        const bool goes = made.is_continuation && !made.parents.empty() &&
                          std::ranges::all_of(made.parents, [&](const Parent& parent) {
                              return stand_in(parent) != found_.end();
                          });
        return goes ? std::optional{stand_in(made.parents.front())->second} : std::nullopt;
    }

    Session& session_;
    KeyTaking& keys_;
    std::map<std::int64_t, Thing> order_;
    StandIns found_;
    std::map<std::pair<JobId, DefinitionId>, JobId> followers_;  // that come in, by what they wait for
};

}  // namespace

StandIns find_stand_ins(Session& session, KeyTaking& keys, std::vector<NewBatch>& batches,
                        SubmissionEntries& entries) {
    const bool has_continuations =
        std::ranges::any_of(batches, &NewBatch::is_continuation) ||
        std::ranges::any_of(entries, [](const auto& entry) { return entry.job.is_continuation; });
    StandIns found;
    if (has_continuations) {
        found = InOrder{session, keys, batches, entries}.find();
        std::erase_if(batches, [&](const NewBatch& batch) { return found.contains(batch.id.value); });
        return found;
    }
    keys.take(entries);
    for (const SubmissionEntry& entry : entries)
        if (!entry.answer.is_new) found[entry.job.id.value] = entry.answer.id;
    return found;
}

}  // namespace jobhost::storage
