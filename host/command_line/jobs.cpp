#include "host/command_line/found.hpp"
#include "host/command_line/job_json.hpp"
#include "host/command_line/matching.hpp"
#include "host/command_line/opened.hpp"
#include "host/command_line/relatives.hpp"
#include "host/command_line/text.hpp"
#include "host/observe/printable.hpp"
#include "host/requests/spellings.hpp"
#include "storage/model/time_text.hpp"

#include <algorithm>
#include <iostream>
#include <sstream>
#include <utility>

namespace jobhost::host {

namespace {

namespace json = boost::json;

void print_fact(const std::string& name, const std::string& value) {
    if (!value.empty()) std::cout << "  " << name << std::string(13 - name.size(), ' ') << value << '\n';
}

void print_fact(const std::string& name, const std::optional<TimePoint>& instant) {
    if (instant) print_fact(name, short_text(*instant) + " UTC");
}

template <class Items, class Text>
std::string joined(const Items& items, Text text) {
    std::string all;
    for (const auto& item : items)
        all += (all.empty() ? "" : ", ") + text(item);
    return all;
}

// "12 jobs wait for one of smtp, the next opens 2026-11-20 12:00:10 UTC".
std::string slot_text(const LimitUse& use, const storage::SlotCounts& slots) {
    const auto parked = static_cast<std::size_t>(slots.parked);
    std::string text = counted(parked, "job") + (parked == 1 ? " waits" : " wait") + " for one of " +
                       printable(spelling_of(use));
    if (slots.opens_at) text += ", the next opens " + short_text(*slots.opens_at) + " UTC";
    return text;
}

// "smtp (a slot is kept for it)".
std::string limit_text(const Job& job, const LimitUse& use) {
    const bool is_promised = std::ranges::find(job.promised, use) != job.promised.end();
    return spelling_of(use) + (is_promised ? " (a slot is kept for it)" : "");
}

void print_job(const Job& job, const std::optional<storage::SlotCounts>& slots) {
    std::cout << "job " << job.id.value << "  " << job.type << "  " << state_text(job) << '\n';
    print_fact("definition", job.definition);
    print_fact("queue",
               job.queue.value + (job.priority == 0 ? "" : ", priority " + std::to_string(job.priority)));
    print_fact("batch", job.batch ? std::to_string(job.batch->value) : "");
    print_fact("creator", job.creator ? "job " + std::to_string(job.creator->value) : "");
    print_fact("tags", printable(joined(job.tags, [](const std::string& tag) { return tag; })));
    print_fact("limits",
               printable(joined(job.limits, [&](const LimitUse& use) { return limit_text(job, use); })));
    if (slots) print_fact("slot", slot_text(*job.parked_on, *slots));
    if (!job.unreadable.empty())
        print_fact("policy", printable(job.unreadable) + "; a newer jobhost may have written it");
    print_fact("attempt", std::to_string(job.attempt));
    if (job.crashes > 0) print_fact("crashes", std::to_string(job.crashes));
    if (job.recoveries > 0) print_fact("recoveries", std::to_string(job.recoveries));
    print_fact("server", job.server);
    print_fact("nominal", job.nominal_at);
    print_fact("created", std::optional{job.created_at});
    print_fact("expires", job.expires_at);
    print_fact("started", job.started_at);
    print_fact("finished", job.finished_at);
    print_fact("run time", run_time(job));
    print_fact("arguments", printable(job.arguments));
    print_fact("result", printable(result_of(job.state)));
}

// Errors of one attempt in one line, with what else helps below it.
void print_events(const std::vector<JobEvent>& events) {
    if (events.empty()) return;
    std::cout << "what happened\n";
    std::vector<std::size_t> widths;
    for (const JobEvent& event : events) {
        const std::string error = event.error_code +
                                  (event.error_code.empty() || event.message.empty() ? "" : ": ") +
                                  event.message;
        print_rows(
            std::cout,
            {{"  " + short_text(event.at), "attempt " + std::to_string(event.attempt),
              std::string{to_string(event.cause)} + (event.by.empty() ? "" : " by " + printable(event.by)),
              printable(error)}},
            widths);
        std::istringstream detail{event.detail};
        for (std::string line; std::getline(detail, line);)
            std::cout << "      " << printable(line) << '\n';
    }
}

constexpr std::size_t kMostChildren = 1000;  // shown to a program
constexpr std::size_t kFewChildren = 20;     // and to a person

// Jobs that are in memory at the same time; each may have a megabyte of arguments.
constexpr std::size_t kPage = 100;

// Calls `each` with every page that holds jobs, up to `limit` jobs in all.
template <class Each>
void for_each_page(storage::JobQueries& queries, const JobsListOptions& options, Each each) {
    std::size_t left = options.limit;
    std::optional<std::string> cursor{""};
    while (cursor && left > 0 && std::cout) {
        storage::JobPage page = queries.list(options.filter, std::min(left, kPage), *cursor);
        left -= page.jobs.size();
        cursor = std::move(page.next);
        if (!page.jobs.empty()) each(page.jobs);
    }
}

void list_as_json(storage::JobQueries& queries, const JobsListOptions& options) {
    const char* before = "[";
    for_each_page(queries, options, [&](const std::vector<Job>& jobs) {
        for (const Job& job : jobs)
            std::cout << std::exchange(before, ",") << to_json(job);
    });
    std::cout << (*before == '[' ? "[]\n" : "]\n");
}

// Columns are as wide as the pages so far need them; later ones rarely need more.
void list_as_table(storage::JobQueries& queries, const JobsListOptions& options) {
    std::vector<std::vector<std::string>> rows{
        {"ID", "STATE", "TYPE", "DEFINITION", "QUEUE", "ATTEMPT", "CREATED (UTC)", "TOOK", "NOTE"}};
    std::vector<std::size_t> widths;
    for_each_page(queries, options, [&](const std::vector<Job>& jobs) {
        for (const Job& job : jobs)
            rows.push_back({std::to_string(job.id.value), std::string{to_string(name_of(job.state))},
                            job.type, job.definition.empty() ? "-" : job.definition, job.queue.value,
                            std::to_string(job.attempt), short_text(job.created_at), run_time(job),
                            state_note(job)});
        print_rows(std::cout, rows, widths);
        rows.clear();
    });
    if (!rows.empty()) std::cout << "no such jobs\n";
}

}  // namespace

int jobs_list(const GlobalOptions& global, const JobsListOptions& options) {
    const auto opened = open(global);
    if (global.json)
        list_as_json(opened->storage->queries(), options);
    else
        list_as_table(opened->storage->queries(), options);
    return kDone;
}

int jobs_count(const GlobalOptions& global, const JobsCountOptions& options) {
    const auto opened = open(global);
    const auto known = counts_of(*opened->storage, options.filter);
    const auto counts = known ? *known : counts_one_by_one(opened->storage->queries(), options.filter);
    if (!options.states.empty()) {
        std::int64_t sum = 0;
        for (const StateName state : options.states)
            sum += counts[static_cast<std::size_t>(state)];
        std::cout << sum << '\n';
    } else if (global.json) {
        std::cout << to_json(counts) << '\n';
    } else {
        std::vector<std::vector<std::string>> rows;
        for (std::size_t i = 0; i < counts.size(); ++i)
            rows.push_back({std::string{kStateNames[i]}, std::to_string(counts[i])});
        print_table(std::cout, rows);
    }
    return kDone;
}

int jobs_show(const GlobalOptions& global, JobId id) {
    const auto opened = open(global);
    storage::JobQueries& queries = opened->storage->queries();
    const Job job = find_job(queries, id);
    const auto events = queries.events(id);
    const Relatives relatives =
        relatives_of(*opened->storage, id, global.json ? kMostChildren : kFewChildren);
    std::optional<storage::SlotCounts> slots;
    if (job.parked_on) slots = opened->storage->limits().slots_of(*job.parked_on);
    if (global.json) {
        json::object shown = to_json(job);
        shown["slots"] = slots ? json::value{to_json(*slots)} : nullptr;
        shown["parents"] = to_json(relatives.parents);
        shown["children"] = to_json(relatives.children);
        shown["events"] = array_of(events);
        std::cout << shown << '\n';
    } else {
        print_job(job, slots);
        print_relatives(std::cout, relatives);
        print_events(events);
    }
    return kDone;
}

int jobs_log(const GlobalOptions& global, JobId id) {
    const auto opened = open(global);
    storage::JobQueries& queries = opened->storage->queries();
    find_job(queries, id);
    storage::LogPosition position;
    const auto lines = queries.log(id, position);
    if (global.json)
        std::cout << array_of(lines) << '\n';
    else if (lines.empty())
        std::cerr << "job " << id.value << " has logged and printed nothing so far\n";
    else
        for (const storage::LogLine& line : lines)
            print_line(std::cout, line);
    return kDone;
}

}  // namespace jobhost::host
