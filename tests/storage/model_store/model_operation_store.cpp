#include "tests/storage/model_store/model_operation_store.hpp"

#include "storage/text.hpp"
#include "tests/storage/model_store/model_job_queries.hpp"
#include "tests/storage/model_store/model_operations.hpp"
#include "tests/storage/model_store/model_submit.hpp"

namespace jobhost::storage::model {

namespace {

void check_queue(const QueueName& queue) {
    demand(!queue.value.empty() && queue.value.size() <= kMaxNameSize && is_storable(queue.value),
           "a queue's name that is no name");
}

// Due at that instant, or in that queue with that priority.
bool is_so_already(const JobRecord& job, const Operation& operation) {
    if (operation.verb == Verb::reschedule) {
        const auto* scheduled = std::get_if<Scheduled>(&job.seen.state);
        return scheduled != nullptr && scheduled->due_at == operation.at;
    }
    return operation.verb == Verb::move && job.is_waiting() &&
           operation.queue.value_or(job.seen.queue) == job.seen.queue &&
           operation.priority.value_or(job.seen.priority) == job.seen.priority;
}

bool has_ended(const QueueState& pause, TimePoint now) {
    return pause.paused_until && *pause.paused_until <= now;
}

}  // namespace

std::vector<Operated> ModelOperationStore::operate(std::span<const JobId> jobs, const Operation& operation) {
    check(operation);
    return opened_.write([&](ModelDatabase& database, TimePoint now) {
        std::vector<Operated> answers;
        for (const JobId job : jobs) {
            answers.push_back(model::operate(database, job, operation, now));
            follow_up(database, now);
        }
        return answers;
    });
}

JobId ModelOperationStore::run_again(JobId id, const std::optional<std::string>& arguments,
                                     const std::string& by) {
    check_asker(by);
    return opened_.write([&](ModelDatabase& database, TimePoint now) {
        const auto found = database.jobs.find(id);
        demand(found != database.jobs.end(), "job " + std::to_string(id.value) + " does not exist");
        const JobRecord& like = found->second;
        NewJob job;
        job.id = JobId{database.next_job++};
        job.type = like.seen.type;
        job.payload_version = like.seen.payload_version;
        job.queue = like.seen.queue;
        job.priority = like.seen.priority;
        job.arguments = arguments.value_or(like.seen.arguments);
        job.policy = like.seen.policy;
        job.definition = like.definition;
        job.tags = like.seen.tags;
        job.limits = like.seen.limits;
        job.unique = like.unique;
        if (job.unique) job.unique->on_conflict = OnConflict::fail;
        submit(database, {}, {&job, 1}, now);
        database.jobs.at(job.id).events.push_back({.at = now, .cause = Cause::requeued, .by = by});
        return job.id;
    });
}

CommandId ModelOperationStore::start(const JobFilter& filter, const Operation& operation) {
    check(operation);
    demand(filter.state || filter.queue || filter.type || filter.definition || filter.tag || filter.batch ||
               filter.has_warnings,
           "a filter that everything fits");
    return opened_.write([&](ModelDatabase& database, TimePoint now) {
        Command command;
        command.id = CommandId{static_cast<std::int64_t>(database.commands.size()) + 1};
        command.verb = operation.verb;
        command.by = operation.by;
        command.filter = "{}";
        command.created_at = now;
        command.finished_at = now;
        std::vector<JobId> fitting;
        for (const auto& [id, job] : database.jobs)
            if (passes(job, filter, definition_of(database, job)) && !is_so_already(job, operation))
                fitting.push_back(id);
        // What is ended together does not end each other before.
        const bool is_ended_together = operation.verb == Verb::remove || operation.verb == Verb::cancel;
        for (const JobId id : fitting) {
            const Operated operated = model::operate(database, id, operation, now);
            if (!is_ended_together) follow_up(database, now);
            const bool is_done = operated == Operated::done || operated == Operated::asked;
            ++(is_done ? command.done : command.not_possible);
            ++command.looked_at;
        }
        if (is_ended_together) follow_up(database, now);
        database.commands.push_back(command);
        return command.id;
    });
}

// start() has done all of it.
std::size_t ModelOperationStore::go_on(std::size_t) {
    return 0;
}

std::optional<Command> ModelOperationStore::find(CommandId id) {
    return opened_.read([&](const ModelDatabase& database) -> std::optional<Command> {
        for (const Command& command : database.commands)
            if (command.id == id) return command;
        return std::nullopt;
    });
}

std::vector<Command> ModelOperationStore::commands(std::size_t limit) {
    return opened_.read([&](const ModelDatabase& database) {
        std::vector<Command> found;
        for (auto at = database.commands.rbegin(); at != database.commands.rend() && found.size() < limit;
             ++at)
            found.push_back(*at);
        return found;
    });
}

void ModelOperationStore::pause(const QueueName& queue, const std::string& by, const std::string& reason,
                                std::optional<TimePoint> until) {
    check_queue(queue);
    check_asker(by);
    demand(is_storable(reason), "a text that cannot be stored");
    opened_.write([&](ModelDatabase& database, TimePoint now) {
        const auto [pause, is_new] = database.paused.try_emplace(queue.value);
        if (is_new || !pause->second.paused_at || has_ended(pause->second, now))
            pause->second = {queue, now, {}, by, {}};
        pause->second.paused_until = until;
        pause->second.reason = reason;
    });
}

bool ModelOperationStore::resume(const QueueName& queue, const std::string& by) {
    check_asker(by);
    return opened_.write([&](ModelDatabase& database, TimePoint now) {
        const auto pause = database.paused.find(queue.value);
        if (pause == database.paused.end()) return false;
        const bool was_paused = pause->second.paused_at && !has_ended(pause->second, now);
        pause->second = {queue, {}, {}, {}, {}};
        return was_paused;
    });
}

std::vector<QueueState> ModelOperationStore::queues() {
    return opened_.read([&](const ModelDatabase& database) {
        std::map<std::string, QueueState> found;
        for (const Lane& lane : database.lanes)
            found[lane.queue.value].name = lane.queue;
        for (const auto& [name, pause] : database.paused)
            found[name] =
                has_ended(pause, opened_.clock->now()) ? QueueState{pause.name, {}, {}, {}, {}} : pause;
        std::vector<QueueState> states;
        for (const auto& [name, state] : found)
            states.push_back(state);
        return states;
    });
}

}  // namespace jobhost::storage::model
