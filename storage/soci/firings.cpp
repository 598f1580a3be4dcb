#include "storage/soci/firings.hpp"

#include "storage/model/time_text.hpp"
#include "storage/soci/batch_start.hpp"
#include "storage/soci/id_list.hpp"
#include "storage/soci/instants.hpp"
#include "storage/soci/job_inserter.hpp"
#include "storage/soci/operations.hpp"
#include "storage/soci/submission_check.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <map>
#include <optional>
#include <vector>

namespace jobhost::storage {

namespace {

namespace json = boost::json;

// Copies, as overlap changes what comes in.
using Firings = std::vector<Firing>;

// After a clock that was ahead has been set right.
bool goes_back(const Firing& firing) {
    return firing.jobs.empty() && firing.next && *firing.next < firing.seen;
}

// Those whose cursor stands where the host saw it. They are held from then on, in the order of their ids.
Firings hold(Session& session, std::span<const Firing> firings) {
    std::map<DefinitionId, const Firing*> given;
    std::vector<DefinitionId> ids;
    for (const Firing& firing : firings) {
        given[firing.definition] = &firing;
        ids.push_back(firing.definition);
    }
    Firings ours;
    for (const auto& [id, revision, next_at] : session.rows<long long, long long, std::optional<long long>>(
             "definition_hold", {{"ids", id_list(ids)}})) {
        const Firing& firing = *given.at(DefinitionId{id});
        if (firing.revision == revision && firing.seen == instant(next_at) &&
            (firing.seen <= session.now() || goes_back(firing)))
            ours.push_back(firing);
    }
    return ours;
}

void move_cursors(Session& session, const Firings& firings) {
    json::array rows;
    for (const Firing& firing : firings) {
        json::object row{{"id", firing.definition.value}};
        if (firing.next) row["next_at"] = micros(*firing.next);
        if (firing.missed) {
            row["missed_first"] = micros(firing.missed->first);
            row["missed_last"] = micros(firing.missed->last);
        }
        rows.push_back(std::move(row));
    }
    session.execute("definition_move_cursors", {{"rows", json::serialize(rows)}});
}

// ---- overlap ----

// Those that fire with others leave it to the first of them. What lies ready has been looked at before, and
// its own members must not stand in its way.
bool may_overlap(const Firing& firing) {
    return firing.overlap != Overlap::allow && firing.opens.empty() &&
           (!firing.jobs.empty() || !firing.batches.empty());
}

// The one that is still to end, when what can be stopped has been stopped.
std::optional<JobId> replace_runs(Change& change, DefinitionId definition, TimePoint instant) {
    std::vector<JobId> runs;
    for (const auto& [id] : change.session.rows<long long>("definition_runs", {{"id", definition.value}}))
        runs.push_back(JobId{id});
    const Operation cancel{
        .verb = Verb::cancel,
        .by = "schedule",
        .at = {},
        .queue = {},
        .priority = {},
        .why = "a newer run of its definition, that for " + to_text(instant) + ", took its place"};
    for (std::span<const JobId> rest = runs; !rest.empty();
         rest = rest.subspan(std::min(rest.size(), kMostOperated)))
        operate(change, rest.first(std::min(rest.size(), kMostOperated)), cancel);
    const auto left = open_runs(change.session, {&definition, 1});
    return left.empty() ? std::nullopt : std::optional{left.begin()->second};
}

// `definition`: of those of the firing, the one that has this open run.
void mind_overlap(Change& change, Firing& firing, DefinitionId definition, JobId latest) {
    std::optional<JobId> before = latest;
    if (firing.overlap == Overlap::skip) {
        firing.jobs.clear();
        firing.batches.clear();
    }
    if (firing.overlap == Overlap::replace && !firing.jobs.empty())
        before = replace_runs(change, definition, firing.jobs.front().nominal_at.value_or(firing.seen));
    const auto first = std::ranges::find(
        firing.jobs, definition, [](const NewJob& job) { return job.definition.value_or(DefinitionId{}); });
    if (before && first != firing.jobs.end()) first->parents.push_back({*before, Condition::finished});
}

void mind_overlaps(Change& change, Firings& firings) {
    std::map<DefinitionId, Firing*> careful;
    for (Firing& firing : firings)
        if (may_overlap(firing)) {
            careful[firing.definition] = &firing;
            for (const DefinitionId id : firing.together)
                careful[id] = &firing;
        }
    if (careful.empty()) return;
    std::vector<DefinitionId> ids;
    for (const auto& [id, firing] : careful)
        ids.push_back(id);
    for (const auto& [definition, run] : open_runs(change.session, ids))
        mind_overlap(change, *careful.at(definition), definition, run);
}

// Of those that have no more than most, one by one, as some may be there already.
void hand_in(Change& change, const Firings& firings) {
    std::vector<NewBatch> batches;
    std::vector<NewJob> jobs;
    const auto flush = [&] {
        if (batches.empty() && jobs.empty()) return;
        submit(change, batches, jobs);
        batches.clear();
        jobs.clear();
    };
    for (const Firing& firing : firings) {
        if (firing.batches.empty() && std::ranges::none_of(firing.jobs, has_more)) {
            for (const NewJob& job : firing.jobs)
                insert_jobs(change, {&job, 1});
            continue;
        }
        if (batches.size() + jobs.size() + firing.batches.size() + firing.jobs.size() > kMaxMembersAtOnce)
            flush();
        batches.insert(batches.end(), firing.batches.begin(), firing.batches.end());
        jobs.insert(jobs.end(), firing.jobs.begin(), firing.jobs.end());
    }
    flush();
    for (const Firing& firing : firings)
        for (const BatchId batch : firing.opens)
            open_batch(change, batch);
}

}  // namespace

std::map<DefinitionId, JobId> open_runs(Session& session, std::span<const DefinitionId> definitions) {
    std::map<DefinitionId, JobId> found;
    for (const auto& [id, run] : session.rows<long long, std::optional<long long>>(
             "definition_open_runs", {{"ids", id_list(definitions)}, {"count", 1}}))
        if (run) found.emplace(DefinitionId{id}, JobId{*run});
    return found;
}

std::size_t fire(Change& change, std::span<const Firing> firings) {
    Firings ours = hold(change.session, firings);
    if (ours.empty()) return 0;
    move_cursors(change.session, ours);
    mind_overlaps(change, ours);
    hand_in(change, ours);
    return ours.size();
}

}  // namespace jobhost::storage
