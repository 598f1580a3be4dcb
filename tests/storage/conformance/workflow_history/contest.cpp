#include "tests/storage/conformance/workflow_history/contest.hpp"

#include "tests/storage/conformance/workflow_history/invariants.hpp"

#include <algorithm>

namespace jobhost::storage::workflow_history {

using namespace std::chrono_literals;

Contest::Contest(TestDatabase& database) {
    opened_.push_back(database.open(clock_));
    opened_.push_back(database.open(clock_));
    enter();
    enter();
    const std::vector<Limit> limits{
        {.name = "mutex"},
        {.name = "pair", .capacity = 2},
        {.name = "fixed", .kind = LimitKind::fixed_window, .capacity = 2, .window = 12s},
        {.name = "sliding", .kind = LimitKind::sliding_window, .capacity = 2, .window = 12s},
        {.name = "bucket", .kind = LimitKind::bucket, .capacity = 3, .window = 12s},
    };
    theirs().limits().set(limits);
    model_.limits().set(limits);
    most_ = {{"mutex", 1}, {"pair", 2}};
    words_.clear();
}

void Contest::perform(const Step& step) {
    Choices choices{step.choices};
    words_.clear();
    ++turn_;
    switch (step.deed) {
        case Deed::submit_jobs:
            submit_jobs(choices);
            break;
        case Deed::submit_batch:
            submit_batch(choices);
            break;
        case Deed::submit_again:
            submit_again(choices);
            break;
        case Deed::open_batch:
            open_batch(choices);
            break;
        case Deed::cancel_batch:
            cancel_batch(choices);
            break;
        case Deed::claim:
            claim(choices);
            break;
        case Deed::end_runs:
            end_runs(choices, false);
            break;
        case Deed::end_and_claim:
            end_runs(choices, true);
            break;
        case Deed::settle_again:
            settle_again(choices);
            break;
        case Deed::hand_in:
            hand_in(choices);
            break;
        case Deed::save:
            save(choices);
            break;
        case Deed::crash:
            crash(choices);
            break;
        case Deed::promote:
            promote(choices);
            break;
        case Deed::pass_time:
            clock_.advance(choices.one_of<Duration>({1s, 1us, 3s, 1min, 1h, std::chrono::days{3}}));
            say("the clock goes to " + history::shown(clock_.now()));
            break;
        case Deed::operate:
            operate(choices);
            break;
        case Deed::command:
            command(choices);
            break;
        case Deed::pause:
            pause(choices);
            break;
        case Deed::set_limits:
            set_limits(choices);
            break;
        case Deed::purge:
            purge(choices);
            break;
        case Deed::look:
            look(choices);
            break;
    }
    settle_down(theirs());
    settle_down(model_);
    compare();
}

void Contest::settle_down(Storage& storage) {
    for (int i = 0; i < 10'000; ++i)
        if (storage.workflows().go_on(100) + storage.operations().go_on(100) + storage.limits().grant(100) ==
            0)
            return;
    throw history::Disagreement{"there is always something left to do"};
}

void Contest::compare() {
    both("the jobs", [](Storage& storage, Side& side) {
        return told_all(storage.queries().list({}, 100'000, "").jobs, side.names);
    });
    both("the counts",
         [](Storage& storage, Side&) { return history::shown(storage.queries().count({}, {})); });
    both("the batches",
         [](Storage& storage, Side&) { return told_all(storage.workflows().list({}, 100'000, {}).batches); });
    both("the limits", [](Storage& storage, Side&) { return told_all(storage.limits().list()); });
    both("the parents", [this](Storage& storage, Side&) {
        std::string text;
        for (const JobId id : ids_)
            if (const auto parents = storage.workflows().parents(id); !parents.empty())
                text += "#" + std::to_string(id.value) + " after " + told(parents) + "\n";
        return text;
    });
    history::agree("what must always hold", fault_in(theirs(), most_), "");
}

JobId Contest::some_id(Choices& choices) const {
    return ids_[ids_.size() - 1 - choices.below(std::min<std::size_t>(ids_.size(), 12))];
}

std::vector<Job> Contest::parked() {
    JobFilter filter;
    filter.state = StateName::awaiting;
    std::vector<Job> jobs = model_.queries().list(filter, 100'000, "").jobs;
    std::erase_if(jobs, [](const Job& job) { return !job.parked_on; });
    return jobs;
}

std::optional<BatchId> Contest::some_batch(Choices& choices) const {
    if (batch_ids_.empty()) return std::nullopt;
    return batch_ids_[batch_ids_.size() - 1 - choices.below(std::min<std::size_t>(batch_ids_.size(), 5))];
}

}  // namespace jobhost::storage::workflow_history
