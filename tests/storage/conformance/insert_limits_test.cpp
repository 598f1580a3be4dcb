#include "tests/storage/conformance/conformance.hpp"

namespace jobhost::storage {
namespace {

using namespace std::chrono_literals;

class InsertLimitsConformance : public StorageConformance {};

TEST_P(InsertLimitsConformance, ThePriorityMayBeAtBothEnds) {
    EXPECT_EQ(find(insert(job_in("default", kMinPriority))).priority, kMinPriority);
    EXPECT_EQ(find(insert(job_in("default", kMaxPriority))).priority, kMaxPriority);
}

TEST_P(InsertLimitsConformance, APriorityBeyondTheEndsIsRefused) {
    EXPECT_TRUE(is_refused([&] { insert(job_in("default", kMinPriority - 1)); }));
    EXPECT_TRUE(is_refused([&] { insert(job_in("default", kMaxPriority + 1)); }));
}

TEST_P(InsertLimitsConformance, AJobWithoutAnIdIsRefused) {
    for (const std::int64_t id : {0, -1}) {
        NewJob made = job();
        made.id = JobId{id};
        EXPECT_TRUE(is_refused([&] { insert(made); }));
    }
}

TEST_P(InsertLimitsConformance, AJobWithoutTypeOrQueueIsRefused) {
    EXPECT_TRUE(is_refused([&] { insert(job("")); }));
    EXPECT_TRUE(is_refused([&] { insert(job_in("")); }));
}

TEST_P(InsertLimitsConformance, NamesWithNulAreRefused) {
    const std::string name("a\0b", 3);
    EXPECT_TRUE(is_refused([&] { insert(job(name)); }));
    EXPECT_TRUE(is_refused([&] { insert(job_in(name)); }));
    EXPECT_TRUE(listed({}).empty());
}

TEST_P(InsertLimitsConformance, NamesThatAreNotUtf8AreRefused) {
    for (const char* name : {"a\xff", "\xed\xa0\x80", "\xc3"}) {
        EXPECT_TRUE(is_refused([&] { insert(job(name)); }));
        EXPECT_TRUE(is_refused([&] { insert(job_in(name)); }));
    }
    EXPECT_TRUE(listed({}).empty());
}

TEST_P(InsertLimitsConformance, ANameOverTheLimitOfBytesIsRefused) {
    std::string name;
    while (name.size() <= kMaxNameSize)
        name += "é";
    EXPECT_TRUE(is_refused([&] { insert(job(name)); }));
    EXPECT_TRUE(is_refused([&] { insert(job_in(name)); }));
    EXPECT_TRUE(is_refused([&] { insert(job(std::string(100000, 'a'))); }));
}

TEST_P(InsertLimitsConformance, NothingIsInsertedForNothing) {
    jobs.insert({});
    EXPECT_TRUE(listed({}).empty());
}

TEST_P(InsertLimitsConformance, AThousandJobsGoInAtOnce) {
    const auto ids = insert_many(1000);
    EXPECT_EQ(count_of(enqueued), 1000);
    EXPECT_EQ(ids_of(claim(2000)), ids);
}

TEST_P(InsertLimitsConformance, ABatchMayHoldManyLanesAndPolicies) {
    std::vector<NewJob> batch;
    for (int i = 0; i < 12; ++i) {
        batch.push_back(job("type." + std::to_string(i % 3)));
        batch.back().queue = QueueName{"queue " + std::to_string(i % 4)};
        batch.back().policy.retry.attempts = i;
    }
    jobs.insert(batch);

    EXPECT_EQ(jobs.lanes().size(), 12u);
    for (const NewJob& made : batch) {
        const Job found = find(made.id);
        EXPECT_EQ(found.type, made.type);
        EXPECT_EQ(found.queue, made.queue);
        EXPECT_EQ(found.policy, made.policy);
    }
}

TEST_P(InsertLimitsConformance, APayloadVersionIsALaneOfItsOwn) {
    NewJob second = job();
    second.payload_version = 2;
    insert(second);
    insert();

    EXPECT_EQ(jobs.lanes().size(), 2u);
    EXPECT_EQ(find(second.id).payload_version, 2);
}

TEST_P(InsertLimitsConformance, ALaneIsMadeOnceHoweverManyUseIt) {
    insert_many(3);
    insert();
    NewJob other = job();
    database->open(clock)->jobs().insert({&other, 1});

    ASSERT_EQ(jobs.lanes().size(), 1u);
    EXPECT_EQ(jobs.lanes()[0].queue.value, "default");
    EXPECT_EQ(jobs.lanes()[0].type, "test.job");
    EXPECT_EQ(jobs.lanes()[0].payload_version, 1);
}

TEST_P(InsertLimitsConformance, EveryKindOfPolicyIsKept) {
    std::vector<Policy> policies(5);
    policies[1].retry = {0, FixedBackoff{1us}, OnExhausted::remove};
    policies[2].retry = {1000000, ListBackoff{{0s, 1us, std::chrono::days{36500}}}, OnExhausted::fail};
    policies[3].retry = {3, ExponentialBackoff{1s, 1.7, 1h, 0.123456789}, OnExhausted::fail};
    policies[4].retention = {0s, std::chrono::days{36500}, 1us, 9'000'000'000};
    policies[4].timeout = std::chrono::days{36500};
    policies[4].kill_after = 0s;
    for (const Policy& policy : policies) {
        NewJob made = job();
        made.policy = policy;
        EXPECT_EQ(find(insert(made)).policy, policy);
        EXPECT_EQ(claim_one().policy, policy);
    }
}

TEST_P(InsertLimitsConformance, InstantsAreKeptToTheMicrosecond) {
    NewJob made = job();
    made.due_at = clock.now() + 1us;
    made.expires_at = TimePoint{253402300799999999us};  // the last of the year 9999
    insert(made);

    const Job found = find(made.id);
    EXPECT_EQ(std::get<Scheduled>(found.state).due_at, made.due_at);
    EXPECT_EQ(found.expires_at, made.expires_at);
    EXPECT_EQ(found.created_at, clock.now());
}

TEST_P(InsertLimitsConformance, AJobThatNobodyKnowsIsNotFound) {
    EXPECT_FALSE(queries.find(JobId{123456789}).has_value());
    EXPECT_FALSE(queries.find(jobs.reserve_ids(1)).has_value());
}

TEST_P(InsertLimitsConformance, ANewJobHasHadNoRun) {
    const Job found = find(insert());
    EXPECT_EQ(found.attempt, 0);
    EXPECT_EQ(found.crashes + found.recoveries + found.warnings, 0);
    EXPECT_FALSE(found.started_at || found.finished_at);
    EXPECT_EQ(found.server, "");
    EXPECT_EQ(found.definition, "");
    EXPECT_EQ(std::get<Enqueued>(found.state).since, clock.now());
}

INSTANTIATE_TEST_SUITE_P(Databases, InsertLimitsConformance, testing::ValuesIn(all_backends()), backend_name);

}  // namespace
}  // namespace jobhost::storage
