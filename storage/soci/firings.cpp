#include "storage/soci/firings.hpp"

#include "storage/model/time_text.hpp"
#include "storage/soci/batch_start.hpp"
#include "storage/soci/id_list.hpp"
#include "storage/soci/instants.hpp"
#include "storage/soci/job_inserter.hpp"
#include "storage/soci/operations.hpp"
#include "storage/soci/releases.hpp"
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

// Those that fire with others leave it to the first of them.
bool hands_in(const Firing& firing) {
    return !firing.jobs.empty() || !firing.batches.empty() || !firing.opens.empty();
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
    const auto left = change.session.rows<long long, std::optional<long long>>(
        "definition_open_runs", {{"ids", id_list(std::vector{definition})}, {"count", 1}});
    if (left.empty() || !std::get<1>(left.front())) return std::nullopt;
    return JobId{*std::get<1>(left.front())};
}

void leave_out(Change& change, Firing& firing) {
    Releases releases{change};
    releases.batches().hold(firing.opens);
    for (const BatchId batch : firing.opens)
        releases.cancel(batch);
    releases.run();
    firing.jobs.clear();
    firing.batches.clear();
    firing.opens.clear();
}

// `definition`: of those of the firing, the one that has this open run.
void mind_overlap(Change& change, Firing& firing, DefinitionId definition, JobId latest) {
    std::optional<JobId> before = latest;
    if (firing.overlap == Overlap::skip) leave_out(change, firing);
    if (firing.overlap == Overlap::replace && !firing.jobs.empty())
        before = replace_runs(change, definition, firing.jobs.front().nominal_at.value_or(firing.seen));
    const auto first = std::ranges::find(
        firing.jobs, definition, [](const NewJob& job) { return job.definition.value_or(DefinitionId{}); });
    if (before && first != firing.jobs.end()) first->parents.push_back({*before, Condition::finished});
}

void mind_overlaps(Change& change, Firings& firings) {
    std::map<DefinitionId, Firing*> careful;
    for (Firing& firing : firings)
        if (firing.overlap != Overlap::allow && hands_in(firing)) {
            careful[firing.definition] = &firing;
            for (const DefinitionId id : firing.together)
                careful[id] = &firing;
        }
    if (careful.empty()) return;
    std::vector<DefinitionId> ids;
    for (const auto& [id, firing] : careful)
        ids.push_back(id);
    for (const auto& [id, run] : change.session.rows<long long, std::optional<long long>>(
             "definition_open_runs", {{"ids", id_list(ids)}, {"count", 1}}))
        if (run) mind_overlap(change, *careful.at(DefinitionId{id}), DefinitionId{id}, JobId{*run});
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

std::size_t fire(Change& change, std::span<const Firing> firings) {
    Firings ours = hold(change.session, firings);
    if (ours.empty()) return 0;
    move_cursors(change.session, ours);
    mind_overlaps(change, ours);
    hand_in(change, ours);
    return ours.size();
}

}  // namespace jobhost::storage
