#include "tests/storage/apply_definitions.hpp"
#include "tests/storage/conformance/history/duel.hpp"

#include <algorithm>

namespace jobhost::storage::history {

namespace {

using namespace std::chrono_literals;

// Calls `step` until it does less than it may; the sum. Which of several it takes first is its own business.
template <class Do>
std::string until_done(std::size_t limit, Do step) {
    std::size_t sum = 0;
    for (int i = 0; i < 10000; ++i) {
        const std::size_t count = step(limit);
        if (count > limit) return "more than the limit";
        sum += count;
        if (count < limit) return std::to_string(sum);
    }
    return "without end";
}

}  // namespace

void Duel::insert(Choices& choices) {
    std::vector<NewJob> batch(1 + choices.below(3));
    const JobId first = theirs().jobs().reserve_ids(batch.size());
    const std::size_t kind = choices.below(4);
    for (std::size_t i = 0; i < batch.size(); ++i) {
        NewJob& job = batch[i];
        job.id = JobId{first.value + static_cast<std::int64_t>(i)};
        job.queue = QueueName{choices.one_of<std::string>({"a", "b"})};
        job.type = choices.one_of<std::string>({"x.job", "y.job"});
        job.priority = choices.one_of({0, 5, -2});
        job.arguments = R"({ "é":[)" + std::to_string(job.id.value) + ".0] }";
        if (kind == 1) job.due_at = clock_.now() + choices.one_of<Duration>({1s, 5s, -1s});
        if (kind >= 2) job.expires_at = clock_.now() + choices.one_of<Duration>({2s, 10s, 1h});
        if (kind == 3) job.policy.retention = {1min, 1h, 0s, {}};
    }
    batches_.push_back(batch);
    insert_both(batch);
}

void Duel::insert_again(Choices& choices) {
    if (batches_.empty()) return tell("nothing was inserted yet");
    std::vector<NewJob> batch = batches_[choices.below(batches_.size())];
    // What was purged is not there any more, and would come anew.
    std::erase_if(batch, [&](const NewJob& job) { return !theirs().queries().find(job.id).has_value(); });
    if (choices.below(2) == 1) {
        batch.push_back(
            NewJob{.id = theirs().jobs().reserve_ids(1), .type = "x.job", .queue = QueueName{"a"}});
        std::rotate(batch.begin(), batch.end() - 1, batch.end());
    }
    insert_both(batch);
}

void Duel::insert_both(const std::vector<NewJob>& batch) {
    tell("insert " + shown_all(batch));
    theirs().jobs().insert(batch);
    model_.jobs().insert(batch);
    for (const NewJob& job : batch)
        ids_.push_back(job.id);
}

void Duel::promote(Choices& choices) {
    const auto limit = choices.one_of<std::size_t>({100, 1, 2, 0});
    tell("promote " + std::to_string(limit));
    const Promoted their_answer = theirs().jobs().promote_due(limit);
    const Promoted our_answer = model_.jobs().promote_due(limit);
    agree("how many were promoted", std::to_string(their_answer.count), std::to_string(our_answer.count));
    agree("what is due next", shown(their_answer.next_due_at), shown(our_answer.next_due_at));
}

void Duel::announce(const std::string& incarnation, Server& server) {
    const ServerInfo info{.incarnation = incarnation, .name = "name of " + incarnation};
    const std::vector<ServedType> types{
        {incarnation.back() % 2 ? "x.job" : "y.job", 1, "1.0", "digest", "{}", "a type"}};
    tell(incarnation + " enters");
    server = {incarnation, theirs().servers().enter(info, types), model_.servers().enter(info, types)};
    their_names_.add(server.theirs, incarnation);
    our_names_.add(server.ours, incarnation);
}

void Duel::enter(Choices&) {
    Server server;
    announce("host " + std::to_string(servers_.size() + 1), server);
    servers_.push_back(server);
}

void Duel::enter_again(Choices& choices) {
    Server& server = some_server(choices);
    announce(std::string{server.incarnation}, server);
}

void Duel::declare_dead(Choices& choices) {
    const Server& server = some_server(choices);
    if (choices.below(2) == 0) {
        tell(server.incarnation + " has provably ended");
        const auto their_answer = theirs().servers().declare_dead(server.incarnation);
        const auto our_answer = model_.servers().declare_dead(server.incarnation);
        agree("who ended", their_answer ? their_names_.of(*their_answer) : "nobody",
              our_answer ? our_names_.of(*our_answer) : "nobody");
        return;
    }
    std::int64_t beat = 0;
    for (const ServerInfo& info : model_.servers().list())
        if (info.id == server.ours) beat = info.beat;
    beat -= static_cast<std::int64_t>(choices.below(2));
    tell(server.incarnation + " was last seen at beat " + std::to_string(beat));
    agree("whether it is dead", std::to_string(theirs().servers().declare_dead(server.theirs, beat)),
          std::to_string(model_.servers().declare_dead(server.ours, beat)));
}

void Duel::recover(Choices& choices) {
    const Server& server = some_server(choices);
    const auto limit = choices.one_of<std::size_t>({100, 1, 2});
    tell("recover " + server.incarnation + " by " + std::to_string(limit));
    const auto names_of = [](const std::vector<ServerId>& ids, const Names& names) {
        std::vector<std::string> found;
        for (const ServerId id : ids)
            found.push_back(names.of(id));
        std::sort(found.begin(), found.end());
        std::string text;
        for (const std::string& name : found)
            text += name + " ";
        return text;
    };
    agree("who is stranded", names_of(theirs().servers().stranded(100), their_names_),
          names_of(model_.servers().stranded(100), our_names_));
    const std::string their_count =
        until_done(limit, [&](std::size_t most) { return theirs().servers().recover(server.theirs, most); });
    const std::string our_count =
        until_done(limit, [&](std::size_t most) { return model_.servers().recover(server.ours, most); });
    agree("how many were recovered", their_count, our_count);
}

void Duel::purge(Choices& choices) {
    const auto limit = choices.one_of<std::size_t>({100, 1, 3});
    tell("purge by " + std::to_string(limit));
    const auto purge_all = [&](UpkeepStore& upkeep) {
        PurgePosition position;
        std::size_t sum = 0;
        for (int i = 0; i < 10000; ++i) {
            const Purged purged = upkeep.purge(position, limit);
            sum += purged.count;
            if (purged.is_done) return std::to_string(sum);
        }
        return std::string{"without end"};
    };
    agree("how many were purged", purge_all(theirs().upkeep()), purge_all(model_.upkeep()));
}

void Duel::keep_counters() {
    tell("counters are added up and checked");
    theirs().upkeep().fold_counters();
    if (theirs().upkeep().recount()) throw Disagreement{"the counters were wrong"};
}

void Duel::apply(Choices& choices) {
    std::vector<SourceDefinitions> sources(1 + choices.below(2));
    for (std::size_t i = 0; i < sources.size(); ++i)
        sources[i].source = "shop/" + std::to_string(i) + ".yaml";
    for (int number = 0; number < 3; ++number) {
        if (choices.below(4) == 3) continue;
        Definition definition;
        definition.name = "daily " + std::to_string(number);
        definition.type = "x.job";
        definition.priority = static_cast<int>(choices.below(2));
        definition.schedule = Every{choices.one_of<Duration>({1h, 1min}), TimePoint{}};
        definition.policy.retention.count = 1;
        sources[choices.below(sources.size())].definitions.push_back(definition);
    }
    tell("apply " + std::to_string(sources.size()) + " files");
    const auto outcome = [&](Storage& storage) {
        const Applied applied = apply_definitions(storage.sources(), "shop", "a host", sources);
        return "added " + std::to_string(applied.added) + " changed " + std::to_string(applied.changed) +
               " retired " + std::to_string(applied.retired) + "\n" + shown_all(storage.definitions().list());
    };
    agree("the definitions", outcome(theirs()), outcome(model_));
}

void Duel::fire(Choices& choices) {
    const std::string name = "daily " + std::to_string(choices.below(3));
    const auto their_definition = theirs().definitions().find(name);
    const auto our_definition = model_.definitions().find(name);
    agree("whether there is " + name, std::to_string(their_definition.has_value()),
          std::to_string(our_definition.has_value()));
    if (!their_definition || !their_definition->next_at) return tell(name + " has nothing to fire");
    const JobId id = theirs().jobs().reserve_ids(1);
    const auto firing_of = [&](const StoredDefinition& stored) {
        NewJob job{.id = id, .type = stored.definition.type, .queue = QueueName{"a"}};
        job.definition = stored.id;
        job.nominal_at = stored.next_at;
        job.origin = Origin::schedule;
        return Firing{stored.id, stored.revision, stored.next_at.value(), *stored.next_at + 1min, {job}};
    };
    firings_.push_back({{firing_of(*their_definition)}, {firing_of(our_definition.value())}});
    ids_.push_back(id);
    fire_both(firings_.back());
}

void Duel::fire_both(const SentFirings& sent) {
    tell("fire " + shown_all(sent.theirs.front().jobs));
    agree("how many fired", std::to_string(theirs().definitions().fire(sent.theirs)),
          std::to_string(model_.definitions().fire(sent.ours)));
    agree("the definitions", shown_all(theirs().definitions().list()),
          shown_all(model_.definitions().list()));
}

}  // namespace jobhost::storage::history
