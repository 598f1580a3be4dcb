#include "tests/storage/conformance/workflow_history/contest.hpp"

#include <algorithm>

namespace jobhost::storage::workflow_history {

using namespace std::chrono_literals;

namespace {

Operation some_operation(Choices& choices, TimePoint now) {
    Operation operation;
    operation.verb = choices.one_of({Verb::requeue, Verb::requeue, Verb::requeue, Verb::remove, Verb::cancel,
                                     Verb::reschedule, Verb::move});
    operation.by = "somebody";
    operation.at = now + choices.one_of<Duration>({2s, 1min});
    operation.queue = QueueName{choices.one_of<std::string>({"a", "b"})};
    operation.priority = choices.one_of({0, 5});
    return operation;
}

}  // namespace

void Contest::operate(Choices& choices) {
    if (ids_.empty()) return say("there are no jobs yet");
    const Operation operation = some_operation(choices, clock_.now());
    std::vector ids{some_id(choices), some_id(choices)};
    if (const auto waiting = parked(); !waiting.empty() && choices.is_one_in(2))
        ids[0] = waiting[choices.below(waiting.size())].id;
    say(std::string{to_string(operation.verb)} + " #" + std::to_string(ids[0].value) + " #" +
        std::to_string(ids[1].value));
    both("what came of it", [&](Storage& storage, Side&) {
        // One after the other: what the first lets go comes before the second.
        std::vector<Operated> answers;
        for (const JobId& id : ids) {
            answers.push_back(storage.operations().operate({&id, 1}, operation).at(0));
            settle_down(storage);
        }
        return told(answers);
    });
}

void Contest::command(Choices& choices) {
    Operation operation = some_operation(choices, clock_.now());
    // What one requeue does to others that fit would depend on which comes first.
    if (operation.verb == Verb::requeue) operation.verb = Verb::cancel;
    if (operation.verb == Verb::remove) operation.verb = Verb::move;
    JobFilter filter;
    filter.queue = QueueName{"a"};
    filter.state = choices.one_of({StateName::scheduled, StateName::enqueued, StateName::awaiting});
    if (choices.is_one_in(2)) filter.type = "x.job";
    say(std::string{to_string(operation.verb)} + " all " + std::string{to_string(*filter.state)} + " in a");
    both("what came of all", [&](Storage& storage, Side&) {
        const CommandId id = storage.operations().start(filter, operation);
        settle_down(storage);
        const Command found = storage.operations().find(id).value();
        return std::to_string(found.done) + " done " + (found.finished_at ? "finished" : "open");
    });
}

void Contest::pause(Choices& choices) {
    const QueueName queue{choices.one_of<std::string>({"a", "b"})};
    const bool is_resumed = choices.is_one_in(2);
    const auto until = choices.is_one_in(2) ? std::optional{clock_.now() + 2s} : std::nullopt;
    say((is_resumed ? "resume " : "pause ") + queue.value);
    both("the queues", [&](Storage& storage, Side&) {
        bool was_paused = false;
        if (is_resumed)
            was_paused = storage.operations().resume(queue, "somebody");
        else
            storage.operations().pause(queue, "somebody", "why", until);
        return std::to_string(was_paused) + told_all(storage.operations().queues());
    });
}

void Contest::set_limits(Choices& choices) {
    const std::int64_t capacity = 1 + static_cast<std::int64_t>(choices.below(3));
    const std::vector<Limit> known{
        {.name = "mutex"},
        {.name = "pair"},
        {.name = "fixed", .kind = LimitKind::fixed_window, .window = 12s},
        {.name = "sliding", .kind = LimitKind::sliding_window, .window = 12s},
        {.name = "bucket", .kind = LimitKind::bucket, .window = 12s},
    };
    Limit limit = known[choices.below(known.size())];
    if (const auto waiting = parked(); !waiting.empty() && choices.is_one_in(2))
        limit = *std::find_if(known.begin(), known.end(), [&](const Limit& each) {
            return each.name == waiting.front().parked_on->limit;
        });
    limit.capacity = capacity;
    if (limit.kind == LimitKind::sliding_window) limit.window = choices.one_of<Duration>({12s, 5s});
    const bool is_removed = choices.is_one_in(6);
    if (auto most = most_.find(limit.name); most != most_.end())
        most->second = is_removed ? kMaxLimitCapacity : std::max(most->second, capacity);
    say("limit " + limit.name + (is_removed ? " removed" : " to " + std::to_string(capacity)));
    both("the limit", [&](Storage& storage, Side&) {
        if (is_removed) return std::to_string(storage.limits().remove(limit.name));
        storage.limits().set({&limit, 1});
        return std::string{};
    });
}

void Contest::open_batch(Choices& choices) {
    const auto batch = some_batch(choices);
    if (!batch) return say("there are no batches yet");
    say("open " + told(*batch));
    both("the opening", [&](Storage& storage, Side&) {
        storage.workflows().open(*batch);
        return std::string{};
    });
}

void Contest::cancel_batch(Choices& choices) {
    const auto batch = some_batch(choices);
    if (!batch) return say("there are no batches yet");
    say("cancel " + told(*batch));
    both("the cancelling", [&](Storage& storage, Side&) {
        return std::to_string(storage.workflows().cancel(*batch, "somebody"));
    });
}

void Contest::promote(Choices& choices) {
    if (choices.is_one_in(2)) clock_.advance(2s);
    say("promote at " + history::shown(clock_.now()));
    std::optional<TimePoint> their_next;
    std::optional<TimePoint> our_next;
    // What it did is compared later: who was let go by a pause that is over is found by this, or by a sweep.
    both("the promotion", [&](Storage& storage, Side& side) {
        (&side == &our_side_ ? our_next : their_next) = storage.jobs().promote_due(100).next_due_at;
        return std::string{};
    });
    // Who waited may have left: then somebody looks in vain, once.
    const auto is_too_late = [&] { return our_next && (!their_next || *their_next > *our_next); };
    if (is_too_late()) {
        // Whose pause has just ended of itself is seen by a sweep.
        settle_down(theirs());
        their_next = theirs().jobs().promote_due(100).next_due_at;
    }
    if (is_too_late())
        throw history::Disagreement{"the next look, which comes too late: at " + history::shown(their_next) +
                                    ", and not at " + history::shown(our_next)};
    if (their_next && *their_next <= clock_.now())
        throw history::Disagreement{"there is always something due"};
}

void Contest::purge(Choices& choices) {
    const auto limit = choices.one_of<std::size_t>({100, 3});
    say("purge");
    both("what was purged", [&](Storage& storage, Side&) {
        std::size_t sum = 0;
        PurgePosition position;
        for (bool is_done = false; !is_done;) {
            const Purged purged = storage.upkeep().purge(position, limit);
            sum += purged.count;
            is_done = purged.is_done;
        }
        return std::to_string(sum);
    });
    if (theirs().upkeep().recount()) throw history::Disagreement{"the counters were wrong"};
}

void Contest::look(Choices& choices) {
    if (ids_.empty()) return say("there are no jobs yet");
    const JobId id = some_id(choices);
    const auto batch = some_batch(choices);
    say("look at #" + std::to_string(id.value) + (batch ? " and " + told(*batch) : ""));
    both("what hangs on it", [&](Storage& storage, Side& side) {
        std::string text = told_all(storage.workflows().children(id, 100));
        for (const JobEvent& event : storage.queries().events(id))
            text += history::shown(event) + "\n";
        text += told(storage.runs().load(id, 0));
        if (!batch) return text;
        JobFilter filter;
        filter.batch = batch;
        return text + told_all(storage.workflows().children(*batch, 100)) +
               told_all(storage.workflows().within(*batch, 100)) +
               told_all(storage.queries().list(filter, 1000, "").jobs, side.names);
    });
}

}  // namespace jobhost::storage::workflow_history
