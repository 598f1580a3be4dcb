#include "storage/soci/cycles.hpp"

#include "storage/soci/id_list.hpp"
#include "storage/storage_error.hpp"

#include <algorithm>
#include <map>
#include <utility>
#include <variant>
#include <vector>

namespace jobhost::storage {

namespace {

using Ids = std::set<std::int64_t>;

constexpr std::size_t kMostFollowed = 10'000;

// What has to come before what. A batch is two things: its start, for which its members wait, and its end,
// which waits for its members.
class Needs {
public:
    struct Thing {
        std::int64_t id = 0;
        bool is_start = false;  // of a batch
        auto operator<=>(const Thing&) const = default;
    };
    static Thing start_of(std::int64_t batch) { return {batch, true}; }
    static Thing end_of(std::int64_t id) { return {id, false}; }

    // Among those that are handed in.
    Needs(std::span<const NewBatch> batches, const SubmissionEntries& entries) {
        for (const NewBatch& batch : batches) {
            own_.insert(batch.id.value);
            add(end_of(batch.id.value), start_of(batch.id.value));
            add_parents(start_of(batch.id.value), batch.parents);
            if (batch.within) add_member(batch.id.value, start_of(batch.id.value), batch.within->value);
        }
        for (const SubmissionEntry& entry : entries) {
            if (entry.is_left_out) continue;
            const NewJob& job = entry.job;
            own_.insert(job.id.value);
            add_parents(end_of(job.id.value), job.parents);
            if (job.batch) add_member(job.id.value, end_of(job.id.value), job.batch->value);
        }
    }

    void add(const Thing& thing, const Thing& need) { needs_[thing].insert(need); }

    // What was there before and is needed by new members of `joined`, through others that come in; none if
    // that cannot lead back to one of the joined batches.
    std::set<Thing> needed_from_outside(const std::set<BatchId>& joined) const {
        std::set<Thing> outside;
        std::set<Thing> seen;
        std::size_t starts = 0;
        bool is_any_end_needed = false;
        std::vector<Thing> open;
        for (const BatchId batch : joined)
            open.push_back(end_of(batch.value));
        while (!open.empty()) {
            const Thing thing = open.back();
            open.pop_back();
            if (!seen.insert(thing).second) continue;
            const bool is_own = own_.contains(thing.id);
            if (!is_own) {
                outside.insert(thing);
                if (thing.is_start) ++starts;
                if (thing.is_start || !joined.contains(BatchId{thing.id})) continue;
            }
            const auto needs = needs_.find(thing);
            if (needs == needs_.end()) continue;
            for (const Thing& need : needs->second) {
                is_any_end_needed =
                    is_any_end_needed || (is_own && !need.is_start && !own_.contains(need.id));
                open.push_back(need);
            }
        }
        // What only waits until the one batch that it joins has started waits for nothing that comes later.
        return is_any_end_needed || starts > 1 ? outside : std::set<Thing>{};
    }

    // Kahn: what needs nothing is taken out again and again; what stays needs itself, or one that does.
    // Returns one of that, or 0.
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

private:
    void add_parents(const Thing& thing, const std::vector<Parent>& parents) {
        for (const Parent& parent : parents)
            add(thing, end_of(std::visit([](auto id) { return id.value; }, parent.of)));
    }
    void add_member(std::int64_t id, const Thing& begin, std::int64_t batch) {
        add(begin, start_of(batch));
        add(end_of(batch), end_of(id));
    }

    std::map<Thing, std::set<Thing>> needs_;
    Ids own_;  // that come in
};

// The needs of what is there already, as far as they can belong to a cycle.
class Outside {
public:
    Outside(Session& session, Needs& needs) : session_{session}, needs_{needs} {}

    // What starts or ends later than these ends of batches.
    void follow(const std::set<BatchId>& joined) {
        Ids frontier;
        for (const BatchId batch : joined)
            frontier.insert(batch.value);
        frontier.merge(around(frontier));
        Ids followed = frontier;
        while (!frontier.empty()) {
            Ids found = children_of(frontier);
            frontier.clear();
            std::set_difference(found.begin(), found.end(), followed.begin(), followed.end(),
                                std::inserter(frontier, frontier.end()));
            followed.insert(frontier.begin(), frontier.end());
            if (followed.size() > kMostFollowed)
                throw StorageError{
                    StorageError::Kind::refused,
                    "too much waits for the batch that is to be joined to rule out a cycle; hand in "
                    "its members before what waits for it"};
        }
    }

    // None of these comes before the batches around it start.
    void begin(const std::set<Needs::Thing>& things) {
        Ids jobs;
        Ids batches;
        for (const Needs::Thing& thing : things)
            (thing.is_start ? batches : jobs).insert(thing.id);  // the end of a batch is taken for a job
        for (const auto& [job, batch] : batches_of(jobs)) {
            needs_.add(Needs::end_of(job), Needs::start_of(batch));
            batches.insert(batch);
        }
        for (const std::int64_t id : jobs)
            needs_.add(Needs::end_of(id), Needs::start_of(id));
        batches.merge(jobs);
        while (!batches.empty()) {
            Ids outer;
            for (const auto& [id, within] : chain(batches))
                if (within) {
                    needs_.add(Needs::start_of(id), Needs::start_of(*within));
                    outer.insert(*within);
                }
            batches = std::move(outer);
        }
    }

private:
    using Chain = std::vector<std::tuple<long long, std::optional<long long>>>;
    Chain chain(const Ids& batches) {
        return session_.rows<long long, std::optional<long long>>("batch_chain", {{"ids", id_list(batches)}});
    }
    std::vector<std::tuple<long long, long long>> batches_of(const Ids& jobs) {
        if (jobs.empty()) return {};
        return session_.rows<long long, long long>("job_batches", {{"ids", id_list(jobs)}});
    }

    // The batches around these, outwards.
    Ids around(Ids inner) {
        Ids all;
        while (!inner.empty()) {
            Ids outer;
            for (const auto& [id, within] : chain(inner)) {
                if (!within) continue;
                needs_.add(Needs::end_of(*within), Needs::end_of(id));
                if (all.insert(*within).second) outer.insert(*within);
            }
            inner = std::move(outer);
        }
        return all;
    }

    // Jobs and batches that cannot end before one of these has.
    Ids children_of(const Ids& parents) {
        Ids jobs;
        Ids found;
        Ids starts;  // batches that cannot start before
        const auto add = [&](std::int64_t parent, std::int64_t child, bool is_batch) {
            needs_.add(is_batch ? Needs::start_of(child) : Needs::end_of(child), Needs::end_of(parent));
            if (is_batch)
                starts.insert(child);
            else
                jobs.insert(child);
        };
        for (const auto& [parent, child, is_batch] :
             session_.rows<long long, long long, int>("edge_children_of", {{"ids", id_list(parents)}}))
            add(parent, child, is_batch != 0);
        while (!starts.empty()) {
            const std::string late = id_list(late_starts(std::exchange(starts, {}), found));
            for (const auto& [id, within] :
                 session_.rows<long long, long long>("batch_inner", {{"ids", late}})) {
                needs_.add(Needs::start_of(id), Needs::start_of(within));
                starts.insert(id);
            }
            for (const auto& [batch, member, child, is_batch] :
                 session_.rows<long long, long long, long long, int>("edge_children_of_members",
                                                                     {{"ids", late}})) {
                needs_.add(Needs::end_of(member), Needs::start_of(batch));
                add(member, child, is_batch != 0);
            }
        }
        for (const auto& [job, batch] : batches_of(jobs)) {
            needs_.add(Needs::end_of(batch), Needs::end_of(job));
            found.insert(batch);
        }
        found.merge(around(found));
        found.merge(jobs);
        return found;
    }

    // Those that were not looked at before.
    Ids late_starts(const Ids& batches, Ids& found) {
        Ids late;
        for (const std::int64_t id : batches) {
            needs_.add(Needs::end_of(id), Needs::start_of(id));
            found.insert(id);
            if (started_later_.insert(id).second) late.insert(id);
        }
        return late;
    }

    Session& session_;
    Needs& needs_;
    Ids started_later_;
};

}  // namespace

std::int64_t waits_for_itself(Session& session, std::span<const NewBatch> batches,
                              const SubmissionEntries& entries, const std::set<BatchId>& joined) {
    Needs needs{batches, entries};
    const std::set<Needs::Thing> needed = needs.needed_from_outside(joined);
    if (!needed.empty()) {
        Outside outside{session, needs};
        outside.follow(joined);
        outside.begin(needed);
    }
    return needs.cycle();
}

}  // namespace jobhost::storage
