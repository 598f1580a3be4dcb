#include "host/command_line/matching.hpp"

#include "host/command_line/found.hpp"
#include "host/command_line/text.hpp"

#include <numeric>
#include <utility>

namespace jobhost::host {

namespace {

// Jobs that are in memory at the same time; each may have a megabyte of arguments.
constexpr std::size_t kPage = 100;
// What is found on so few of them is counted one by one.
constexpr int kFewPages = 5;

// Parts that neither counters nor batches count.
bool is_searched(const storage::JobFilter& filter) {
    return filter.definition || filter.tag || filter.has_warnings;
}

std::int64_t of_state(const storage::StateCounts& counts, std::optional<StateName> state) {
    if (state) return counts[static_cast<std::size_t>(*state)];
    return std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
}

}  // namespace

std::optional<storage::StateCounts> counts_of(storage::Storage& storage, const storage::JobFilter& filter) {
    if (is_searched(filter)) return std::nullopt;
    if (!filter.batch) return storage.queries().count(filter.queue, filter.type);
    if (filter.queue || filter.type) return std::nullopt;
    return find_batch(storage.workflows(), *filter.batch).jobs;
}

storage::StateCounts counts_one_by_one(storage::JobQueries& queries, const storage::JobFilter& filter) {
    storage::StateCounts counts{};
    std::optional<std::string> cursor{""};
    while (cursor) {
        storage::JobPage page = queries.list(filter, kPage, *cursor);
        for (const Job& job : page.jobs)
            ++counts[static_cast<std::size_t>(name_of(job.state))];
        cursor = std::move(page.next);
    }
    return counts;
}

namespace {

// Nothing: they are many, or hard to find.
std::optional<std::int64_t> few(storage::JobQueries& queries, const storage::JobFilter& filter) {
    std::size_t count = 0;
    std::optional<std::string> cursor{""};
    for (int page = 0; page < kFewPages; ++page) {
        storage::JobPage found = queries.list(filter, kPage, *cursor);
        count += found.jobs.size();
        cursor = std::move(found.next);
        if (!cursor) return static_cast<std::int64_t>(count);
    }
    return std::nullopt;
}

}  // namespace

Fitting fitting(storage::Storage& storage, const storage::JobFilter& filter) {
    if (const auto counts = counts_of(storage, filter)) return {of_state(*counts, filter.state), false};
    if (const auto count = few(storage.queries(), filter)) return {*count, false};
    // Without the part that cannot be counted there are more.
    storage::JobFilter wider = filter;
    wider.definition.reset();
    wider.tag.reset();
    wider.has_warnings = false;
    if (wider.batch) wider.queue.reset(), wider.type.reset();
    return {of_state(counts_of(storage, wider).value(), filter.state), true};
}

std::string count_text(const Fitting& fitting) {
    return (fitting.is_bound ? "at most " : "") + counted(static_cast<std::size_t>(fitting.count), "job");
}

bool fits_everything(const storage::JobFilter& filter) {
    return !filter.state && !filter.queue && !filter.type && !filter.batch && !is_searched(filter);
}

}  // namespace jobhost::host
