#include "tests/storage/apply_definitions.hpp"
#include "tests/storage/conformance/conformance.hpp"

namespace jobhost::storage {
namespace {

using namespace std::chrono_literals;

class CountConformance : public StorageConformance {
protected:
    // What is counted is what is listed, over all and by queue and type.
    void expect_right() {
        const std::vector<std::optional<QueueName>> queues{
            {}, QueueName{"one"}, QueueName{"two"}, QueueName{"none"}};
        const std::vector<std::optional<std::string>> types{{}, "a.job", "b.job", "no.job"};
        for (const auto& queue : queues)
            for (const auto& type : types)
                EXPECT_EQ(queries.count(queue, type), listed_counts(queue, type))
                    << (queue ? queue->value : "") << " " << type.value_or("");
    }
    // Also after upkeep, which may add the counters up and finds nothing to mend.
    void expect_right_for_good() {
        expect_right();
        for (int i = 0; i < 100 && upkeep.fold_counters() > 0; ++i) {
        }
        expect_right();
        for (int i = 0; i < 10; ++i)
            EXPECT_FALSE(upkeep.recount());
        expect_right();
    }
    void fill(std::size_t count = 12) {
        for (std::size_t i = 0; i < count; ++i) {
            NewJob made = job(i % 3 ? "a.job" : "b.job");
            made.queue = QueueName{i % 2 ? "one" : "two"};
            if (i % 4 == 3) made.due_at = clock.now() + 10s;
            if (i % 6 == 5) made.expires_at = clock.now() + 20s;
            insert(made);
        }
    }
};

TEST_P(CountConformance, NothingIsCountedWhereNothingIs) {
    EXPECT_EQ(queries.count({}, {}), StateCounts{});
    EXPECT_EQ(queries.count(QueueName{"none"}, "no.job"), StateCounts{});
    EXPECT_FALSE(upkeep.recount());
    upkeep.fold_counters();
    EXPECT_EQ(queries.count({}, {}), StateCounts{});
}

TEST_P(CountConformance, AfterInserts) {
    fill();
    EXPECT_EQ(queries.count({}, {}), (StateCounts{0, 3, 9, 0, 0, 0, 0}));
    expect_right_for_good();
}

TEST_P(CountConformance, TypesCountUntilTheLastJobOfTheirVersionHasEnded) {
    insert(job("a.job"));
    insert(job("a.job"));
    NewJob newer = job("a.job");
    newer.payload_version = 2;
    NewJob later = job("b.job");
    later.due_at = clock.now() + 10s;
    insert(newer);
    insert(later);
    const std::set<TypeVersion> all{{"a.job", 1}, {"a.job", 2}, {"b.job", 1}};
    EXPECT_EQ(queries.unfinished_types(), all);
    const auto runs = claim(3);
    ASSERT_EQ(runs.size(), 3u);
    settle(success_of(runs[0]));
    settle(failure_of(runs[2]));
    EXPECT_EQ(queries.unfinished_types(), (std::set<TypeVersion>{{"a.job", 1}, {"b.job", 1}}));
    settle(success_of(runs[1]));
    EXPECT_EQ(queries.unfinished_types(), (std::set<TypeVersion>{{"b.job", 1}}));
    upkeep.fold_counters();
    EXPECT_EQ(queries.unfinished_types(), (std::set<TypeVersion>{{"b.job", 1}}));
}

TEST_P(CountConformance, AfterRefusedInserts) {
    std::vector<NewJob> batch{job("a.job"), job("a.job")};
    batch[1].arguments = "[]";
    EXPECT_TRUE(is_refused([&] { jobs.insert(batch); }));
    expect_right_for_good();
}

TEST_P(CountConformance, AfterClaims) {
    fill();
    claim(4);
    expect_right_for_good();
    claim(100);
    expect_right_for_good();
}

TEST_P(CountConformance, AfterClaimsThatMetExpiredJobs) {
    fill(24);
    clock.advance(20s);
    jobs.promote_due(2);
    claim(3);
    expect_right();
    claim(100);
    EXPECT_GT(count_of(deleted), 0);
    expect_right_for_good();
}

TEST_P(CountConformance, AfterEveryKindOfEnd) {
    fill(24);
    const auto runs = claim(7);
    ASSERT_EQ(runs.size(), 7u);
    const std::vector batch{success_of(runs[0]), failure_of(runs[1]),  retry_of(runs[2], 1s),
                            return_of(runs[3]),  deletion_of(runs[4]), interruption_of(runs[5])};
    jobs.exchange(server, batch, anything(2));
    expect_right();
    jobs.exchange(server, batch, {});
    expect_right_for_good();
}

TEST_P(CountConformance, AfterSettlementsThatCameLate) {
    fill();
    const auto runs = claim(3);
    for (const ClaimedJob& run : runs)
        settle(return_of(run));
    claim(3);
    for (const ClaimedJob& run : runs)
        settle(success_of(run));
    expect_right_for_good();
}

TEST_P(CountConformance, AfterSettlementsThatExpired) {
    fill(24);
    const auto runs = claim(18);
    clock.advance(30s);
    std::vector<Settlement> batch;
    for (const ClaimedJob& run : runs)
        batch.push_back(batch.size() % 2 ? return_of(run) : retry_of(run, 1s));
    jobs.exchange(server, batch, {});
    EXPECT_GT(count_of(deleted), 0);
    expect_right_for_good();
}

TEST_P(CountConformance, AfterPromotions) {
    fill(24);
    clock.advance(10s);
    jobs.promote_due(2);
    expect_right();
    clock.advance(10s);
    jobs.promote_due(100);
    EXPECT_GT(count_of(deleted), 0);
    expect_right_for_good();
}

TEST_P(CountConformance, AfterRecoveries) {
    fill(24);
    claim(10);
    servers.declare_dead("first");
    servers.recover(server, 3);
    expect_right();
    clock.advance(20s);
    servers.recover(server, 100);
    EXPECT_GT(count_of(deleted), 0);
    expect_right_for_good();
}

TEST_P(CountConformance, AfterPurges) {
    fill(24);
    std::vector<Settlement> batch;
    for (const ClaimedJob& run : claim(9))
        batch.push_back(batch.size() % 2 ? success_of(run) : failure_of(run));
    jobs.exchange(server, batch, {});
    clock.advance(std::chrono::days{2});
    PurgePosition position;
    upkeep.purge(position, 2);
    expect_right();
    while (!upkeep.purge(position, 100).is_done) {
    }
    EXPECT_EQ(count_of(succeeded), 0);
    EXPECT_GT(count_of(failed), 0);
    expect_right_for_good();
}

TEST_P(CountConformance, AfterFirings) {
    Definition definition;
    definition.name = "a";
    definition.type = "a.job";
    definition.schedule = Every{1min, TimePoint{}};
    const SourceDefinitions source{"shop/jobs.yaml", {definition}};
    apply_definitions(sources, "shop", "one", {&source, 1});
    clock.advance(1min);
    const StoredDefinition stored = definitions.find("a").value();
    NewJob made = job_in("one");
    made.definition = stored.id;
    made.nominal_at = stored.next_at;
    made.origin = Origin::schedule;
    const Firing firing{stored.id, stored.revision, *stored.next_at, *stored.next_at + 1min, {made}};
    definitions.fire({&firing, 1});
    definitions.fire({&firing, 1});
    EXPECT_EQ(count_of(enqueued), 1);
    expect_right_for_good();
}

TEST_P(CountConformance, AfterChangesByServersThatHaveEnded) {
    fill(24);
    for (const char* incarnation : {"a", "b", "c"}) {
        const ServerId passing = enter(incarnation);
        for (const ClaimedJob& run : claim(2, passing))
            settle(success_of(run), passing);
        if (*incarnation == 'a')
            servers.leave(passing);
        else
            servers.declare_dead(incarnation);
    }
    EXPECT_EQ(count_of(succeeded), 6);
    expect_right_for_good();
}

TEST_P(CountConformance, AfterChangesByOtherProcesses) {
    fill();
    {
        const auto other = database->open(clock);
        NewJob made = job("b.job");
        made.queue = QueueName{"one"};
        other->jobs().insert({&made, 1});
        other->jobs().exchange(server, {}, anything(3));
        EXPECT_EQ(other->queries().count({}, {}), listed_counts());
    }
    expect_right_for_good();
}

TEST_P(CountConformance, AfterWhatPeopleDo) {
    fill(24);
    const auto runs = claim(7);
    const std::vector batch{success_of(runs[0]), failure_of(runs[1]), deletion_of(runs[2]),
                            success_of(runs[3])};
    jobs.exchange(server, batch, {});
    std::vector<JobId> all = ids_of(listed({}));
    for (const Verb verb : {Verb::requeue, Verb::remove, Verb::cancel, Verb::requeue}) {
        all.erase(all.begin());
        operations.operate(all, {.verb = verb, .by = "somebody"});
        expect_right();
    }
    EXPECT_EQ(count_of(succeeded), 0) << "all of them were requeued";
    const JobId id = runs[0].id;
    operations.operate({&id, 1}, {.verb = Verb::move, .by = "x", .queue = QueueName{"two"}});
    operations.operate({&id, 1}, {.verb = Verb::reschedule, .by = "x", .at = clock.now() + 1h});
    expect_right_for_good();
}

INSTANTIATE_TEST_SUITE_P(Databases, CountConformance, testing::ValuesIn(all_backends()), backend_name);

}  // namespace
}  // namespace jobhost::storage
