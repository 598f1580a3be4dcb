#include "tests/storage/conformance/history/duel.hpp"

#include <algorithm>

namespace jobhost::storage::history {

Duel::Duel(TestDatabase& database) {
    opened_.push_back(database.open(clock_));
    opened_.push_back(database.open(clock_));
    for (const char* incarnation : {"host 1", "host 2"}) {
        Server server;
        announce(incarnation, server);
        servers_.push_back(server);
    }
    told_.clear();
}

void Duel::perform(const Step& step) {
    Choices choices{step.choices};
    told_.clear();
    ++turn_;
    switch (step.deed) {
        case Deed::insert:
            insert(choices);
            break;
        case Deed::insert_again:
            insert_again(choices);
            break;
        case Deed::claim:
            claim(choices);
            break;
        case Deed::settle:
            settle(choices);
            break;
        case Deed::settle_again:
            settle_again(choices);
            break;
        case Deed::settle_late:
            settle_late(choices);
            break;
        case Deed::give_back_unheld:
            give_back_unheld(choices);
            break;
        case Deed::promote:
            promote(choices);
            break;
        case Deed::append_log:
            append_log(choices);
            break;
        case Deed::pass_time: {
            using namespace std::chrono_literals;
            const auto step_of_time =
                choices.one_of<Duration>({1s, 1us, 333ms, 3s, 1min, 1h, std::chrono::days{1}, -500ms});
            clock_.advance(step_of_time);
            tell("the clock goes to " + shown(clock_.now()));
            break;
        }
        case Deed::enter:
            enter(choices);
            break;
        case Deed::enter_again:
            enter_again(choices);
            break;
        case Deed::leave: {
            const Server& server = some_server(choices);
            tell(server.incarnation + " leaves");
            theirs().servers().leave(server.theirs);
            model_.servers().leave(server.ours);
            break;
        }
        case Deed::beat: {
            const Server& server = some_server(choices);
            const Duration lease = std::chrono::seconds{20 + choices.below(3)};
            tell(server.incarnation + " beats");
            agree("whether it may beat", std::to_string(theirs().servers().beat(server.theirs, lease)),
                  std::to_string(model_.servers().beat(server.ours, lease)));
            break;
        }
        case Deed::declare_dead:
            declare_dead(choices);
            break;
        case Deed::recover:
            recover(choices);
            break;
        case Deed::purge:
            purge(choices);
            break;
        case Deed::purge_by_count:
            tell("the oldest of each definition go");
            agree("how many went", std::to_string(theirs().upkeep().purge_by_count(1000)),
                  std::to_string(model_.upkeep().purge_by_count(1000)));
            break;
        case Deed::purge_servers:
            tell("servers that ended long ago are forgotten");
            agree("how many were forgotten", std::to_string(theirs().upkeep().purge_servers()),
                  std::to_string(model_.upkeep().purge_servers()));
            break;
        case Deed::keep_counters:
            keep_counters();
            break;
        case Deed::apply:
            apply(choices);
            break;
        case Deed::fire:
            fire(choices);
            break;
        case Deed::fire_again:
            if (firings_.empty()) return tell("nothing has fired yet");
            fire_both(firings_[choices.below(firings_.size())]);
            break;
        case Deed::look:
            look(choices);
            break;
    }
    compare_jobs();
    compare_servers();
}

void Duel::compare_jobs() {
    agree("the jobs", shown_all(theirs().queries().list({}, 100000, "").jobs, their_names_),
          shown_all(model_.queries().list({}, 100000, "").jobs, our_names_));
    agree("the counts", shown(theirs().queries().count({}, {})), shown(model_.queries().count({}, {})));
}

void Duel::compare_servers() {
    agree("the servers", shown_all(theirs().servers().list()), shown_all(model_.servers().list()));
}

void Duel::compare_lists(const JobFilter& filter, std::size_t page_size) {
    const auto ids_in = [&](JobQueries& queries) {
        std::string ids;
        std::optional<std::string> cursor{""};
        for (int pages = 0; cursor; ++pages) {
            if (pages > 10000) return ids + "without end";
            const JobPage page = queries.list(filter, page_size, *cursor);
            for (const Job& job : page.jobs)
                ids += "#" + std::to_string(job.id.value) + " ";
            cursor = page.next;
        }
        return ids;
    };
    agree("a list", ids_in(theirs().queries()), ids_in(model_.queries()));
}

void Duel::compare_history_of(JobId job) {
    agree("the events of #" + std::to_string(job.value), shown_all(theirs().queries().events(job)),
          shown_all(model_.queries().events(job)));
    LogPosition their_position;
    LogPosition our_position;
    agree("the log of #" + std::to_string(job.value),
          shown_all(theirs().queries().log(job, their_position), job, their_names_),
          shown_all(model_.queries().log(job, our_position), job, our_names_));
}

void Duel::look(Choices& choices) {
    JobFilter filter;
    if (const std::size_t state = choices.below(kStateNames.size() + 1); state < kStateNames.size())
        filter.state = static_cast<StateName>(state);
    if (choices.below(3) == 2) filter.queue = QueueName{choices.one_of<std::string>({"a", "b"})};
    if (choices.below(3) == 2) filter.type = choices.one_of<std::string>({"x.job", "y.job"});
    if (choices.below(4) == 3) filter.definition = "daily 1";
    tell("somebody looks at " + (filter.state ? std::string{to_string(*filter.state)} : "all") + " jobs of " +
         (filter.queue ? filter.queue->value : "any queue") + "/" + filter.type.value_or("any type") + "/" +
         filter.definition.value_or("any definition"));
    compare_lists(filter, choices.one_of<std::size_t>({1000, 3, 1}));
    agree("the counts of a filter", shown(theirs().queries().count(filter.queue, filter.type)),
          shown(model_.queries().count(filter.queue, filter.type)));
    if (!ids_.empty()) compare_history_of(ids_[choices.below(ids_.size())]);
    for (const Server& server : servers_)
        agree("the runs of " + server.incarnation,
              shown_all(theirs().jobs().runs_of(server.theirs, 1000), their_names_),
              shown_all(model_.jobs().runs_of(server.ours, 1000), our_names_));
}

void Duel::compare_all() {
    compare_jobs();
    compare_servers();
    for (const JobId id : ids_)
        compare_history_of(id);
    for (std::size_t state = 0; state < kStateNames.size(); ++state)
        compare_lists({.state = static_cast<StateName>(state), .queue = {}, .type = {}, .definition = {}}, 7);
    const auto sorted = [](std::vector<ServedType> types) {
        std::sort(types.begin(), types.end(), [](const ServedType& a, const ServedType& b) {
            return std::pair{a.type, a.payload_version} < std::pair{b.type, b.payload_version};
        });
        return shown_all(types);
    };
    agree("the served types", sorted(theirs().servers().served_types()),
          sorted(model_.servers().served_types()));
    agree("the definitions", shown_all(theirs().definitions().list()),
          shown_all(model_.definitions().list()));
}

}  // namespace jobhost::storage::history
