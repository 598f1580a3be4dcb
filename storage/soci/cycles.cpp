#include "storage/soci/cycles.hpp"

#include "storage/soci/id_list.hpp"
#include "storage/storage_error.hpp"

#include <algorithm>
#include <map>
#include <variant>
#include <vector>

namespace jobhost::storage {

namespace {

using Ids = std::set<std::int64_t>;

constexpr std::size_t kMostFollowed = 10'000;

// The batches around these, outwards.
Ids around(Session& session, Ids inner) {
    Ids all;
    while (!inner.empty()) {
        Ids outer;
        for (const auto& [id, within] :
             session.rows<long long, std::optional<long long>>("batch_chain", {{"ids", id_list(inner)}}))
            if (within && all.insert(*within).second) outer.insert(*within);
        inner = std::move(outer);
    }
    return all;
}

Ids batches_of_jobs(Session& session, const Ids& jobs) {
    Ids batches;
    if (jobs.empty()) return batches;
    for (const auto& [id, batch] :
         session.rows<long long, long long>("job_batches", {{"ids", id_list(jobs)}}))
        batches.insert(batch);
    return batches;
}

template <class Id>
Ids values_of(const std::set<Id>& ids) {
    Ids values;
    for (const Id id : ids)
        values.insert(id.value);
    return values;
}

// What has to come before what, among those that are handed in. A batch is two things: its start, for which
// its members wait, and its end, which waits for its members.
class Needs {
public:
    Needs(std::span<const NewBatch> batches, const SubmissionEntries& entries) {
        for (const NewBatch& batch : batches) {
            const Thing start = start_of(batch.id);
            add(end_of(batch.id), start);
            for (const Parent& parent : batch.parents)
                add(start, end_of(parent));
            if (!batch.within) continue;
            add(start, start_of(*batch.within));
            add(end_of(*batch.within), end_of(batch.id));
        }
        for (const SubmissionEntry& entry : entries) {
            if (entry.is_left_out) continue;
            const NewJob& job = entry.job;
            const Thing own{job.id.value, false};
            for (const Parent& parent : job.parents)
                add(own, end_of(parent));
            if (!job.batch) continue;
            add(own, start_of(*job.batch));
            add(end_of(*job.batch), own);
        }
    }

    // Kahn: what needs nothing is taken out again and again; what stays needs itself. Returns one of that, or
    // 0.
    std::int64_t cycle() const {
        std::map<Thing, std::size_t> open;
        std::map<Thing, std::vector<Thing>> needed_by;
        for (const auto& [thing, needs] : needs_) {
            open[thing] += needs.size();
            for (const Thing& need : needs) {
                open.try_emplace(need, 0);
                needed_by[need].push_back(thing);
            }
        }
        std::vector<Thing> free;
        for (const auto& [thing, count] : open)
            if (count == 0) free.push_back(thing);
        std::size_t taken = 0;
        while (!free.empty()) {
            const Thing thing = free.back();
            free.pop_back();
            ++taken;
            for (const Thing& next : needed_by[thing])
                if (--open[next] == 0) free.push_back(next);
        }
        if (taken == open.size()) return 0;
        return std::find_if(open.begin(), open.end(), [](const auto& entry) { return entry.second > 0; })
            ->first.id;
    }

    // What was there before and has to end before a joined batch can: members that come in may need it.
    std::set<std::int64_t> needed_from_outside(std::span<const NewBatch> batches,
                                               const SubmissionEntries& entries,
                                               const std::set<BatchId>& joined) const {
        std::set<std::int64_t> own;
        std::vector<Thing> open;
        for (const NewBatch& batch : batches) {
            own.insert(batch.id.value);
            if (batch.within && joined.contains(*batch.within)) open.push_back(end_of(batch.id));
        }
        for (const SubmissionEntry& entry : entries) {
            if (entry.is_left_out) continue;
            own.insert(entry.job.id.value);
            if (entry.job.batch && joined.contains(*entry.job.batch))
                open.push_back({entry.job.id.value, false});
        }
        std::set<std::int64_t> outside;
        std::set<Thing> seen;
        while (!open.empty()) {
            const Thing thing = open.back();
            open.pop_back();
            if (!seen.insert(thing).second) continue;
            if (!thing.is_start && !own.contains(thing.id)) outside.insert(thing.id);
            if (const auto needs = needs_.find(thing); needs != needs_.end() && own.contains(thing.id))
                open.insert(open.end(), needs->second.begin(), needs->second.end());
        }
        return outside;
    }

private:
    struct Thing {
        std::int64_t id = 0;
        bool is_start = false;  // of a batch
        auto operator<=>(const Thing&) const = default;
    };
    static Thing start_of(BatchId batch) { return {batch.value, true}; }
    static Thing end_of(BatchId batch) { return {batch.value, false}; }
    static Thing end_of(const Parent& parent) {
        return std::visit([](auto id) { return Thing{id.value, false}; }, parent.of);
    }
    void add(const Thing& thing, const Thing& need) { needs_[thing].push_back(need); }

    std::map<Thing, std::vector<Thing>> needs_;
};

}  // namespace

std::int64_t waits_for_itself(std::span<const NewBatch> batches, const SubmissionEntries& entries) {
    return Needs{batches, entries}.cycle();
}

std::optional<std::int64_t> waits_for_end_of(Session& session, const std::set<BatchId>& joined,
                                             std::span<const NewBatch> batches,
                                             const SubmissionEntries& entries) {
    const Ids needed = Needs{batches, entries}.needed_from_outside(batches, entries, joined);
    if (needed.empty()) return std::nullopt;
    Ids ends_later = values_of(joined);  // than one of `joined`
    Ids starts_later;                    // batches
    ends_later.merge(around(session, ends_later));
    Ids frontier = ends_later;
    while (!frontier.empty()) {
        Ids jobs_found;
        Ids batches_found;
        for (const auto& [child, is_batch] :
             session.rows<long long, int>("edge_children_of", {{"ids", id_list(frontier)}}))
            (is_batch != 0 ? batches_found : jobs_found).insert(child);
        starts_later.insert(batches_found.begin(), batches_found.end());
        Ids found = batches_of_jobs(session, jobs_found);
        found.merge(batches_found);
        found.merge(around(session, found));
        found.merge(jobs_found);
        frontier.clear();
        std::set_difference(found.begin(), found.end(), ends_later.begin(), ends_later.end(),
                            std::inserter(frontier, frontier.end()));
        ends_later.insert(frontier.begin(), frontier.end());
        if (ends_later.size() > kMostFollowed)
            throw StorageError{
                StorageError::Kind::refused,
                "too much waits for the batch that is to be joined to rule out a cycle; hand in "
                "its members before what waits for it"};
    }
    for (const std::int64_t id : needed) {
        if (ends_later.contains(id)) return id;
        Ids outer = batches_of_jobs(session, {id});
        outer.merge(around(session, outer));
        if (std::any_of(outer.begin(), outer.end(), [&](auto batch) { return starts_later.contains(batch); }))
            return id;
    }
    return std::nullopt;
}

}  // namespace jobhost::storage
