// Runs of definitions beside their schedules.
#include "host/command_line/confirmation.hpp"
#include "host/command_line/definition_text.hpp"
#include "host/command_line/found.hpp"
#include "host/command_line/makes_jobs.hpp"
#include "host/command_line/text.hpp"
#include "host/command_line/who.hpp"
#include "host/scheduling/staging.hpp"
#include "storage/model/time_text.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <iostream>
#include <set>

namespace jobhost::host {

namespace {

namespace json = boost::json;
using storage::StoredDefinition;

// One by hand. REQUIRES: there is such a definition.
Submission submission_by_hand(MakesJobs& makes, const std::string& name) {
    JobRequest request;
    request.name = name;
    return makes.maker.make(request);
}

// One run for each instant.
struct Backfill {
    Submission made;
    std::vector<storage::BackfilledBatch> batches;  // of instants whose run is one
};

Backfill backfill_of(MakesJobs& makes, const StoredDefinition& stored, std::span<const TimePoint> instants,
                     Opened& opened) {
    const Workshop workshop{
        .definitions = makes.definitions.all(),
        .payload_version =
            [&](const std::string& type) { return makes.types.payload_version(type).value_or(1); },
        .folder =
            [&](const std::string& source) {
                if (auto folder = makes.definitions.folder(source)) return *std::move(folder);
                throw CommandError{kFailed,
                                   "its file of items lies beside " + source + ", which is not here"};
            },
    };
    Submission all;
    std::vector<std::pair<TimePoint, std::size_t>> places;  // of the batches that are runs
    for (const TimePoint instant : instants) {
        Occasion occasion;
        occasion.names = {stored.definition.name};
        occasion.now = opened.clock.now();
        occasion.instant = instant;
        occasion.origin = Origin::backfill;
        Submission one = submission_of(occasion, workshop);
        if (stored.definition.batch && !one.batches.empty()) places.emplace_back(instant, all.batches.size());
        all.append(std::move(one));
    }
    number(all, opened.storage->jobs());
    Backfill backfill{std::move(all), {}};
    for (const auto& [instant, place] : places)
        backfill.batches.push_back({instant, backfill.made.batches[place].id});
    return backfill;
}

// Without those that have been backfilled.
std::vector<TimePoint> instants_left(Opened& opened, const RecurringBackfillOptions& options,
                                     std::vector<TimePoint> due) {
    const auto there = opened.storage->definitions().backfilled(options.name, options.from, options.to);
    const std::set<TimePoint> done{there.begin(), there.end()};
    std::erase_if(due, [&](TimePoint at) { return done.contains(at); });
    return due;
}

// How many of its jobs are new. REQUIRES: it has its numbers.
std::size_t hand_in(Opened& opened, Submission made, storage::Extra extra) {
    extra.by = who();
    Staged staged = stage(made, opened.storage->workflows());
    extra.opens = std::move(staged.opens);
    extra.jobs = std::move(made.jobs);
    extra.batches = std::move(made.batches);
    try {
        const auto answers = opened.storage->definitions().hand_in(extra);
        return static_cast<std::size_t>(std::ranges::count(staged.jobs, true, &Inserted::is_new) +
                                        std::ranges::count(answers, true, &Inserted::is_new));
    } catch (const storage::StorageError& error) {
        if (error.kind() == storage::StorageError::Kind::refused)
            discard(extra.opens, opened.storage->workflows(), extra.by);
        throw;
    }
}

}  // namespace

int recurring_trigger(const GlobalOptions& global, const std::string& name) {
    const auto opened = open_with_definitions(global);
    find_definition(opened->storage->definitions(), name);
    MakesJobs makes{*opened};
    Submission made = submission_by_hand(makes, name);
    number(made, opened->storage->jobs());
    const bool is_batch = !made.batches.empty() && made.jobs.front().batch;
    const std::int64_t id = is_batch ? made.batches.front().id.value : made.jobs.front().id.value;
    hand_in(*opened, std::move(made), {.definition = name, .verb = storage::Verb::trigger, .by = {}});
    if (global.json)
        std::cout << json::object{{"id", std::to_string(id)}} << '\n';
    else
        std::cout << id << '\n';
    return kDone;
}

int recurring_backfill(const GlobalOptions& global, const RecurringBackfillOptions& options) {
    if (options.to <= options.from) throw CommandError{kWrongUse, "--to must be after --from"};
    const auto opened = open_with_definitions(global);
    if (const TimePoint now = opened->clock.now(); options.to > now)
        throw CommandError{kWrongUse,
                           "--to lies in the future; what is still to come runs by the schedule. "
                           "Give at most the present: --to " +
                               to_text(std::chrono::floor<std::chrono::seconds>(now))};
    const StoredDefinition stored = find_definition(opened->storage->definitions(), options.name);
    const auto due = instants_in(schedule_of(stored), options.from, options.to, kMostCatchUps + 1);
    if (due.size() > kMostCatchUps)
        throw CommandError{kWrongUse, "there are more than " + std::to_string(kMostCatchUps) +
                                          " instants from " + to_text(options.from) + " to " +
                                          to_text(options.to) + "; take a shorter range"};
    if (due.empty()) {
        std::cout << (global.json ? "{\"instants\":0,\"jobs\":0}\n" : "nothing was due in that range\n");
        return kDone;
    }
    const auto left = instants_left(*opened, options, due);
    if (left.empty()) {
        std::cout << (global.json ? json::serialize(json::object{{"instants", due.size()}, {"jobs", 0}})
                                  : "all " + counted(due.size(), "instant") + " had been handed in before")
                  << '\n';
        return kDone;
    }
    confirm("hand in " + counted(left.size(), "run") + " of " + options.name + ", from " +
                short_text(left.front()) + " to " + short_text(left.back()) + " UTC",
            options.is_sure);
    MakesJobs makes{*opened};
    Backfill backfill = backfill_of(makes, stored, left, *opened);
    const json::object note{{"from", to_text(options.from)}, {"to", to_text(options.to)}};
    const std::size_t jobs = hand_in(*opened, std::move(backfill.made),
                                     {.definition = options.name,
                                      .verb = storage::Verb::backfill,
                                      .by = {},
                                      .note = json::serialize(note),
                                      .backfilled = std::move(backfill.batches)});
    if (global.json)
        std::cout << json::object{{"instants", due.size()}, {"jobs", jobs}} << '\n';
    else
        std::cout << counted(jobs, "job") << " handed in for " << counted(left.size(), "instant") << '\n';
    if (left.size() < due.size() && !global.json)
        std::cout << counted(due.size() - left.size(), "instant") << " had been handed in before\n";
    return kDone;
}

}  // namespace jobhost::host
