#include "host/command_line/job_json.hpp"
#include "host/command_line/opened.hpp"
#include "host/command_line/pause.hpp"
#include "host/command_line/text.hpp"
#include "host/command_line/who.hpp"
#include "host/requests/queue_name.hpp"
#include "storage/model/time_text.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <iostream>

namespace jobhost::host {

namespace {

namespace json = boost::json;

// Those of the database, and those of the host file that have had no job yet; by name.
std::vector<storage::QueueState> all_queues(Opened& opened) {
    std::vector<storage::QueueState> queues = opened.storage->operations().queues();
    for (const config::QueueSettings& served : opened.configuration.settings.queues)
        if (std::ranges::find(queues, served.name, &storage::QueueState::name) == queues.end())
            queues.push_back({.name = served.name});
    std::ranges::sort(queues, {}, &storage::QueueState::name);
    return queues;
}

std::string note(const storage::QueueState& queue) {
    if (!queue.paused_at) return "";
    return "paused " + pause_text(*queue.paused_at, queue.paused_until, queue.paused_by, queue.reason);
}

}  // namespace

int queues_list(const GlobalOptions& global) {
    const auto opened = open(global);
    storage::JobQueries& queries = opened->storage->queries();
    json::array array;
    std::vector<std::vector<std::string>> rows{
        {"QUEUE", "ENQUEUED", "SCHEDULED", "PROCESSING", "FAILED", ""}};
    for (const storage::QueueState& queue : all_queues(*opened)) {
        const storage::StateCounts counts = queries.count(queue.name, std::nullopt);
        json::object shown = to_json(queue);
        shown["jobs"] = to_json(counts);
        array.push_back(std::move(shown));
        const auto number = [&](StateName state) {
            return std::to_string(counts[static_cast<std::size_t>(state)]);
        };
        rows.push_back({queue.name.value, number(StateName::enqueued), number(StateName::scheduled),
                        number(StateName::processing), number(StateName::failed), note(queue)});
    }
    if (global.json)
        std::cout << array << '\n';
    else
        print_table(std::cout, rows);
    return kDone;
}

int queues_pause(const GlobalOptions& global, const QueuePauseOptions& options) {
    check_queue_name(options.queue);
    const auto opened = open(global);
    const auto end = end_of(options.pause, opened->clock.now());
    const auto queues = all_queues(*opened);
    if (std::ranges::find(queues, options.queue, &storage::QueueState::name) == queues.end())
        std::cerr << "warning: no job has ever been in the queue '" << options.queue.value
                  << "', and this host file does not serve it\n";
    opened->storage->operations().pause(options.queue, who(), options.pause.reason, end);
    print_paused(options.queue.value, end);
    return kDone;
}

int queues_resume(const GlobalOptions& global, const QueueName& queue) {
    check_queue_name(queue);
    const auto opened = open(global);
    const bool was_paused = opened->storage->operations().resume(queue, who());
    std::cout << (was_paused ? "resumed " : "not paused: ") << queue.value << '\n';
    return kDone;
}

}  // namespace jobhost::host
