#include "tests/storage/apply_definitions.hpp"
#include "tests/storage/conformance/conformance.hpp"

namespace jobhost::storage {
namespace {

using namespace std::chrono_literals;

class RetentionCountConformance : public StorageConformance {
protected:
    DefinitionId define(const std::string& name, std::optional<std::int64_t> count) {
        Definition definition;
        definition.name = name;
        definition.type = "test.job";
        definition.policy.retention.count = count;
        const SourceDefinitions source{"shop/" + name, {definition}};
        apply_definitions(sources, "shop", "server of " + name, {&source, 1});
        return definitions.find(name)->id;
    }
    // Jobs that end one after the other, as `end` says.
    template <class End>
    std::vector<JobId> finish(std::optional<DefinitionId> definition, std::size_t count, End end) {
        NewJob made = job();
        made.definition = definition;
        const auto ids = insert_many(count, made);
        for (const ClaimedJob& run : claim(count)) {
            clock.advance(1s);
            settle(end(run));
        }
        return ids;
    }
    auto succeeding() {
        return [this](const ClaimedJob& run) { return success_of(run); };
    }
    auto failing() {
        return [this](const ClaimedJob& run) { return failure_of(run); };
    }
    std::size_t purge_all(std::size_t limit) {
        std::size_t sum = 0;
        while (const std::size_t count = upkeep.purge_by_count(limit)) {
            EXPECT_LE(count, limit);
            sum += count;
        }
        return sum;
    }
    bool exists(JobId id) { return queries.find(id).has_value(); }
};

TEST_P(RetentionCountConformance, TheNewestStay) {
    const auto ids = finish(define("a", 2), 5, succeeding());
    EXPECT_EQ(purge_all(100), 3u);
    for (std::size_t i = 0; i < 5; ++i)
        EXPECT_EQ(exists(ids[i]), i >= 3) << i;
    EXPECT_EQ(purge_all(100), 0u);
}

TEST_P(RetentionCountConformance, TheLimitHolds) {
    const auto ids = finish(define("a", 1), 6, succeeding());
    EXPECT_EQ(upkeep.purge_by_count(2), 2u);
    EXPECT_EQ(purge_all(2), 3u);
    EXPECT_TRUE(exists(ids[5]));
}

TEST_P(RetentionCountConformance, EachStateIsCountedApart) {
    const DefinitionId definition = define("a", 2);
    finish(definition, 4, succeeding());
    finish(definition, 3, failing());
    EXPECT_EQ(purge_all(100), 3u);
    EXPECT_EQ(count_of(succeeded), 2);
    EXPECT_EQ(count_of(failed), 2);
}

TEST_P(RetentionCountConformance, EachDefinitionIsCountedApart) {
    finish(define("a", 1), 3, succeeding());
    finish(define("b", 2), 3, succeeding());
    finish(define("c", {}), 3, succeeding());
    finish({}, 3, succeeding());
    EXPECT_EQ(purge_all(100), 3u);
    EXPECT_EQ(count_of(succeeded), 9);
}

TEST_P(RetentionCountConformance, ACountOfZeroKeepsNone) {
    finish(define("a", 0), 3, succeeding());
    EXPECT_EQ(purge_all(2), 3u);
}

TEST_P(RetentionCountConformance, WhatHasNotEndedIsNotCounted) {
    const DefinitionId definition = define("a", 1);
    finish(definition, 2, succeeding());
    NewJob made = job();
    made.definition = definition;
    insert_many(4, made);
    claim(2);
    EXPECT_EQ(purge_all(100), 1u);
    EXPECT_EQ(listed({}).size(), 5u);
}

TEST_P(RetentionCountConformance, TheNewestAreThoseThatEndedLast) {
    const DefinitionId definition = define("a", 1);
    NewJob made = job();
    made.definition = definition;
    insert_many(3, made);
    const auto runs = claim(3);
    for (const std::size_t i : {1u, 0u, 2u}) {
        clock.advance(i == 2 ? 0s : 1s);
        settle(success_of(runs[i]));
    }
    EXPECT_EQ(purge_all(100), 2u);
    EXPECT_TRUE(exists(runs[2].id)) << "at the same instant as another, and newer";
}

TEST_P(RetentionCountConformance, WhatIsNeededDoesNotHideWhatCanGo) {
    const DefinitionId definition = define("a", 1);
    const auto ids = finish(definition, 6, succeeding());
    const JobId other = insert();
    for (const std::size_t i : {3u, 4u}) {  // the youngest that would go
        NewJob child = job();
        child.parents = {{ids[i]}, {other}};
        insert(child);
    }
    EXPECT_EQ(purge_all(2), 3u);
    for (std::size_t i = 0; i < 6; ++i)
        EXPECT_EQ(exists(ids[i]), i >= 3) << i;
}

TEST_P(RetentionCountConformance, EventsLogsAndCountsFollow) {
    const DefinitionId definition = define("a", 0);
    const auto ids = finish(definition, 1, [&](const ClaimedJob& run) {
        Settlement end = failure_of(run);
        end.event = retry_of(run, 1s).event;
        end.log = {{run.id, run.lease, 0, R"([{"at":1,"level":"info","text":"a line"}])"}};
        return end;
    });
    EXPECT_EQ(purge_all(100), 1u);
    LogPosition position;
    EXPECT_TRUE(queries.events(ids[0]).empty());
    EXPECT_TRUE(queries.log(ids[0], position).empty());
    EXPECT_EQ(queries.count({}, {}), StateCounts{});
    EXPECT_FALSE(upkeep.recount());
}

INSTANTIATE_TEST_SUITE_P(Databases, RetentionCountConformance, testing::ValuesIn(all_backends()),
                         backend_name);

}  // namespace
}  // namespace jobhost::storage
