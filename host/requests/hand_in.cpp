#include "host/requests/hand_in.hpp"

#include "host/requests/bad_request.hpp"
#include "storage/storage_error.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <ranges>

namespace jobhost::host {

namespace {

using storage::StorageError;

// A batch or a job, by its place: batches first, then jobs.
using Place = std::size_t;

// Whatever somebody waits for, or lies in, comes before it; otherwise as they stand.
std::vector<Place> in_order(std::span<const NewBatch> batches, std::span<const NewJob> jobs) {
    const std::size_t count = batches.size() + jobs.size();
    std::map<std::int64_t, Place> places;  // by number, which jobs and batches share
    for (Place i = 0; i < count; ++i)
        places.emplace(i < batches.size() ? batches[i].id.value : jobs[i - batches.size()].id.value, i);
    std::vector<std::size_t> needed(count);
    std::vector<std::vector<Place>> dependents(count);
    const auto add_need = [&](Place of, std::int64_t number) {
        const auto found = places.find(number);
        if (found == places.end()) return;  // it is in the database, or the store says that it is not
        dependents[found->second].push_back(of);
        ++needed[of];
    };
    for (Place i = 0; i < count; ++i) {
        const bool is_batch = i < batches.size();
        const auto& around = is_batch ? batches[i].within : jobs[i - batches.size()].batch;
        if (around) add_need(i, around->value);
        for (const Parent& parent : is_batch ? batches[i].parents : jobs[i - batches.size()].parents)
            add_need(i, std::visit([](const auto& id) { return id.value; }, parent.of));
    }
    std::vector<Place> order;
    for (Place i = 0; i < count; ++i)
        if (needed[i] == 0) order.push_back(i);
    for (std::size_t at = 0; at < order.size(); ++at)
        for (const Place dependent : dependents[order[at]])
            if (--needed[dependent] == 0) order.push_back(dependent);
    if (order.size() < count) throw BadRequest{"some jobs of the batch wait for each other in a circle"};
    return order;
}

bool goes_at_once(std::span<const NewBatch> batches, std::span<const NewJob> jobs) {
    const auto bytes = std::transform_reduce(jobs.begin(), jobs.end(), std::size_t{0}, std::plus{},
                                             [](const NewJob& job) { return job.arguments.size(); });
    return batches.size() + jobs.size() <= kMaxMembersAtOnce && bytes <= kBytesAtOnce;
}

// Whether the chunk has room for another job with so many bytes.
bool has_room(std::span<const NewBatch> batches, std::span<const NewJob> jobs, std::size_t bytes) {
    return batches.size() + jobs.size() < kJobsAtOnce && (jobs.empty() || bytes <= kBytesAtOnce);
}

std::vector<Inserted> stage(storage::WorkflowStore& workflows, std::span<NewBatch> batches,
                            std::span<NewJob> jobs, const std::vector<Place>& order,
                            const std::function<void(std::size_t)>& progress) {
    std::vector<Inserted> inserted;
    std::vector<NewBatch> some_batches;
    std::vector<NewJob> some_jobs;
    std::size_t bytes = 0;
    const auto submit = [&] {
        try {
            std::ranges::copy(workflows.submit(some_batches, some_jobs), std::back_inserter(inserted));
        } catch (const StorageError& error) {
            if (error.kind() != StorageError::Kind::refused) throw;
            // It counts the jobs of this part alone.
            throw StorageError{error.kind(), "of the " + std::to_string(some_jobs.size()) +
                                                 " jobs that come after " + std::to_string(inserted.size()) +
                                                 " others: " + error.what()};
        }
        some_batches.clear();
        some_jobs.clear();
        bytes = 0;
        progress(inserted.size());
    };
    for (const Place place : order) {
        const bool is_batch = place < batches.size();
        const std::size_t more = is_batch ? 0 : jobs[place - batches.size()].arguments.size();
        if (!has_room(some_batches, some_jobs, bytes + more)) submit();
        bytes += more;
        if (is_batch)
            some_batches.push_back(batches[place]), some_batches.back().is_staged = true;
        else
            some_jobs.push_back(std::move(jobs[place - batches.size()]));
    }
    submit();
    // From within, so that each is complete when the one around it begins.
    for (const NewBatch& batch : std::views::reverse(batches))
        workflows.open(batch.id);
    return inserted;
}

}  // namespace

std::span<NewJob> first_chunk(std::span<NewJob> jobs) {
    std::size_t bytes = 0;
    std::size_t count = 0;
    while (count < std::min(kJobsAtOnce, jobs.size()) &&
           (count == 0 || bytes + jobs[count].arguments.size() <= kBytesAtOnce))
        bytes += jobs[count++].arguments.size();
    return jobs.first(count);
}

std::size_t hand_in(storage::WorkflowStore& workflows, std::span<NewBatch> batches, std::span<NewJob> jobs,
                    const std::string& by, const std::function<void(std::size_t)>& progress) {
    const auto count_new = [](const std::vector<Inserted>& inserted) {
        return static_cast<std::size_t>(std::ranges::count(inserted, true, &Inserted::is_new));
    };
    const std::vector<Place> order = in_order(batches, jobs);
    if (goes_at_once(batches, jobs)) return count_new(workflows.submit(batches, jobs));
    try {
        return count_new(stage(workflows, batches, jobs, order, progress));
    } catch (const StorageError& error) {
        if (error.kind() == StorageError::Kind::refused && workflows.find(batches.front().id))
            workflows.cancel(batches.front().id, by);
        throw;
    }
}

}  // namespace jobhost::host
