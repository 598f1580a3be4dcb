#include "tests/storage/conformance/conformance.hpp"

namespace jobhost::storage {
namespace {

using namespace std::chrono_literals;

class InsertConformance : public StorageConformance {};

TEST_P(InsertConformance, KeepsWhatTheJobSays) {
    NewJob made = job("report.render");
    made.queue = QueueName{"reports"};
    made.priority = 7;
    made.arguments = R"({"template":"ay sonu – 月末","n":9007199254740993})";
    made.expires_at = clock.now() + 1h;
    made.policy.retry = {3, ListBackoff{{1s, 5s}}, OnExhausted::remove};
    made.policy.timeout = 90s;

    const Job found = find(insert(made));

    EXPECT_EQ(found.type, "report.render");
    EXPECT_EQ(found.queue.value, "reports");
    EXPECT_EQ(found.priority, 7);
    EXPECT_EQ(found.arguments, made.arguments);
    EXPECT_EQ(found.policy, made.policy);
    EXPECT_EQ(found.expires_at, made.expires_at);
    EXPECT_EQ(found.created_at, clock.now());
    EXPECT_EQ(name_of(found.state), enqueued);
    EXPECT_EQ(found.attempt, 0);
}

TEST_P(InsertConformance, InsertingAgainDoesNoHarm) {
    const NewJob made = job();
    insert(made);
    claim_one();

    insert(made);

    EXPECT_EQ(state_of(made.id), processing);
    EXPECT_EQ(queries.list({}, 10, "").jobs.size(), 1u);
}

TEST_P(InsertConformance, IdsAreNeverHandedOutTwice) {
    const JobId first = jobs.reserve_ids(3);
    const JobId second = database->open(clock)->jobs().reserve_ids(2);
    const JobId third = jobs.reserve_ids(1);

    EXPECT_GE(second.value, first.value + 3);
    EXPECT_GE(third.value, first.value + 3);
    EXPECT_TRUE(third.value < second.value || third.value >= second.value + 2);
}

TEST_P(InsertConformance, OneBadJobRefusesAllOfThem) {
    std::vector<NewJob> batch{job(), job(), job()};
    batch[1].priority = 1001;

    EXPECT_THROW(jobs.insert(batch), StorageError);
    EXPECT_TRUE(queries.list({}, 10, "").jobs.empty());
}

TEST_P(InsertConformance, RefusesArgumentsThatAreNotAJsonObjectInUtf8) {
    for (const std::string& text :
         std::vector<std::string>{"", "[1]", "{", "{\"a\":\"\xff\"}", std::string("{\0}", 3)}) {
        NewJob made = job();
        made.arguments = text;
        try {
            insert(made);
            ADD_FAILURE() << "accepted " << testing::PrintToString(text);
        } catch (const StorageError& error) {
            EXPECT_EQ(error.kind(), StorageError::Kind::refused);
        }
    }
}

TEST_P(InsertConformance, RefusesArgumentsOverTheLimitAndTakesThoseAtIt) {
    NewJob made = job();
    made.arguments = R"({"x":")" + std::string(kMaxArgumentsSize - 8, 'x') + R"("})";
    EXPECT_EQ(made.arguments.size(), kMaxArgumentsSize);
    EXPECT_EQ(find(insert(made)).arguments, made.arguments);

    made = job();
    made.arguments = R"({"x":")" + std::string(kMaxArgumentsSize - 7, 'x') + R"("})";
    EXPECT_THROW(insert(made), StorageError);
}

TEST_P(InsertConformance, ADelayedJobIsScheduledUntilItIsDue) {
    NewJob made = job();
    made.due_at = clock.now() + 10s;
    insert(made);

    EXPECT_EQ(state_of(made.id), scheduled);
    EXPECT_TRUE(claim(1).empty());
    const Promoted early = jobs.promote_due(10);
    EXPECT_EQ(early.count, 0u);
    EXPECT_EQ(early.next_due_at, made.due_at);

    clock.advance(10s);
    const Promoted due = jobs.promote_due(10);
    EXPECT_EQ(due.count, 1u);
    EXPECT_EQ(due.next_due_at, std::nullopt);
    EXPECT_EQ(claim_one().id, made.id);
}

TEST_P(InsertConformance, AJobThatIsAlreadyDueIsEnqueuedAtOnce) {
    NewJob made = job();
    made.due_at = clock.now();

    EXPECT_EQ(state_of(insert(made)), enqueued);
}

INSTANTIATE_TEST_SUITE_P(Databases, InsertConformance, testing::ValuesIn(all_backends()), backend_name);

}  // namespace
}  // namespace jobhost::storage
