#include "tests/storage/conformance/conformance.hpp"

namespace jobhost::storage {
namespace {

using namespace std::chrono_literals;

class InsertRepeatConformance : public StorageConformance {};

TEST_P(InsertRepeatConformance, TheFirstContentStays) {
    NewJob made = job();
    made.arguments = R"({"first":true})";
    insert(made);
    NewJob again = made;
    again.arguments = R"({"first":false})";
    again.queue = QueueName{"elsewhere"};
    again.priority = 9;
    again.due_at = clock.now() + 1h;
    insert(again);

    const Job found = find(made.id);
    EXPECT_EQ(found.arguments, made.arguments);
    EXPECT_EQ(found.queue, made.queue);
    EXPECT_EQ(found.priority, 0);
    EXPECT_EQ(name_of(found.state), enqueued);
}

TEST_P(InsertRepeatConformance, OfABatchThatIsPartlyThereTheRestGoesIn) {
    std::vector<NewJob> batch{job(), job(), job(), job()};
    insert(batch[1]);
    settle(success_of(claim_one()));
    insert(batch[3]);

    jobs.insert(batch);

    EXPECT_EQ(listed({}).size(), 4u);
    EXPECT_EQ(state_of(batch[1].id), succeeded);
    EXPECT_EQ(ids_of(claim(9)), (std::vector{batch[0].id, batch[2].id, batch[3].id}));
}

TEST_P(InsertRepeatConformance, AFinishedJobDoesNotRunAgain) {
    const NewJob made = job();
    insert(made);
    settle(failure_of(claim_one()));

    insert(made);

    EXPECT_EQ(state_of(made.id), failed);
    EXPECT_TRUE(claim(9).empty());
}

TEST_P(InsertRepeatConformance, AScheduledJobKeepsItsInstant) {
    NewJob made = job();
    made.due_at = clock.now() + 10s;
    insert(made);
    clock.advance(5s);
    NewJob again = made;
    again.due_at = clock.now() + 10s;
    insert(again);

    EXPECT_EQ(std::get<Scheduled>(find(made.id).state).due_at, made.due_at);
}

TEST_P(InsertRepeatConformance, ItKeepsItsPlaceInTheOrder) {
    const NewJob first = job();
    insert(first);
    clock.advance(1s);
    const JobId second = insert();
    insert(first);

    EXPECT_EQ(ids_of(claim(2)), (std::vector{first.id, second}));
    EXPECT_EQ(find(first.id).created_at, clock.now() - 1s);
}

TEST_P(InsertRepeatConformance, NothingIsCountedTwice) {
    std::vector<NewJob> batch{job(), job(), job()};
    jobs.insert(batch);
    jobs.insert(batch);
    batch.push_back(job());
    jobs.insert(batch);

    EXPECT_EQ(count_of(enqueued), 4);
    EXPECT_EQ(queries.count({}, {}), listed_counts());
}

TEST_P(InsertRepeatConformance, AnotherProcessMayRepeatIt) {
    const NewJob made = job();
    insert(made);
    database->open(clock)->jobs().insert({&made, 1});

    EXPECT_EQ(claim(9).size(), 1u);
}

TEST_P(InsertRepeatConformance, ARefusedBatchMayBeMendedAndRepeated) {
    std::vector<NewJob> batch{job(), job()};
    batch[1].arguments = "not JSON";
    EXPECT_TRUE(is_refused([&] { jobs.insert(batch); }));
    batch[1].arguments = "{}";
    jobs.insert(batch);

    EXPECT_EQ(listed({}).size(), 2u);
}

TEST_P(InsertRepeatConformance, LargeBlocksOfIdsFollowSmallOnes) {
    std::set<std::int64_t> ids;
    std::size_t expected = 0;
    for (const std::size_t count : {1u, 2u, 5000u, 1u, 100000u, 3u}) {
        const JobId first = jobs.reserve_ids(count);
        EXPECT_GT(first.value, 0);
        ids.insert(first.value);
        ids.insert(first.value + static_cast<std::int64_t>(count) - 1);
        expected += count > 1 ? 2 : 1;
    }
    EXPECT_EQ(ids.size(), expected);
}

TEST_P(InsertRepeatConformance, IdsStayReservedWhenTheirOwnerIsGone) {
    const JobId reserved = [&] { return database->open(clock)->jobs().reserve_ids(10); }();
    const JobId next = database->open(clock)->jobs().reserve_ids(10);
    EXPECT_GE(std::abs(next.value - reserved.value), 10);
}

INSTANTIATE_TEST_SUITE_P(Databases, InsertRepeatConformance, testing::ValuesIn(all_backends()), backend_name);

}  // namespace
}  // namespace jobhost::storage
