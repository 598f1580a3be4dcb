// Jobs that need slots of several limits.
#include "tests/storage/conformance/workflow_conformance.hpp"

namespace jobhost::storage {
namespace {

using namespace std::chrono_literals;

class LimitOrderConformance : public WorkflowConformance {
protected:
    void set_limits(const std::vector<std::string>& names) {
        for (const std::string& name : names)
            limits.set(std::vector{Limit{.name = name}});
    }
    NewJob limited(const std::vector<LimitUse>& uses, const std::string& queue = "default") {
        NewJob made = job();
        made.queue = QueueName{queue};
        made.limits = uses;
        return made;
    }
    std::int64_t taken(const std::string& name, const std::string& key = "") {
        return limits.slots_of({name, key}).taken;
    }
    // Claims what there is and ends it, until nothing is left.
    void run_all() {
        for (auto runs = claim(100); !runs.empty(); runs = claim(100))
            for (const ClaimedJob& run : runs)
                finish(success_of(run));
    }
};

TEST_P(LimitOrderConformance, SlotsAreTakenInOneOrderAndKept) {
    set_limits({"a", "b"});
    const JobId holder = insert(limited({{"b", ""}}));
    claimed();
    const JobId both = insert(limited({{"b", ""}, {"a", ""}}));
    claimed();
    EXPECT_EQ(find(both).parked_on, (LimitUse{"b", ""}));
    EXPECT_EQ(find(both).limits, (std::vector<LimitUse>{{"b", ""}, {"a", ""}}));
    EXPECT_EQ(taken("a"), 1);
    EXPECT_EQ(find(both).promised, (std::vector<LimitUse>{{"a", ""}}));
    const JobId only_a = insert(limited({{"a", ""}}));
    EXPECT_TRUE(claimed().empty());
    EXPECT_EQ(find(only_a).parked_on, (LimitUse{"a", ""}));

    succeed(holder);
    EXPECT_EQ(claimed(), std::vector{both});
    EXPECT_TRUE(find(both).promised.empty());
    EXPECT_EQ(taken("a"), 1);
    EXPECT_EQ(taken("b"), 1);
    succeed(both);
    EXPECT_EQ(claimed(), std::vector{only_a});
    EXPECT_EQ(taken("b"), 0);
}

TEST_P(LimitOrderConformance, WhoWaitsForAnEarlierOneTakesNoLaterOne) {
    set_limits({"a", "b"});
    const JobId holder = insert(limited({{"a", ""}}));
    claimed();
    insert(limited({{"a", ""}, {"b", ""}}));
    claimed();
    EXPECT_EQ(taken("b"), 0);
    const JobId only_b = insert(limited({{"b", ""}}));
    EXPECT_EQ(claimed(), std::vector{only_b});
    EXPECT_EQ(state_of(holder), processing);
}

TEST_P(LimitOrderConformance, NobodyKeepsASlotOfAllWhileOneOfAFewIsAwaited) {
    limits.set(std::vector{Limit{.name = "all", .capacity = 2}, Limit{.name = "tenant"}});
    const std::vector<LimitUse> slow{{"all", ""}, {"tenant", "slow"}};
    const auto of_slow = insert_many(5, limited(slow));
    EXPECT_EQ(claimed(), std::vector{of_slow[0]});
    EXPECT_EQ(taken("all"), 1);
    const JobId other = insert(limited({{"all", ""}, {"tenant", "other"}}));
    EXPECT_EQ(claimed(), std::vector{other});
}

TEST_P(LimitOrderConformance, JobsThatNeedBothRunBesideThoseThatNeedOne) {
    set_limits({"a", "b"});
    std::vector<JobId> ids;
    for (int i = 0; i < 6; ++i)
        for (const std::vector<LimitUse>& uses :
             {std::vector<LimitUse>{{"a", ""}}, {{"b", ""}}, {{"a", ""}, {"b", ""}}})
            ids.push_back(insert(limited(uses)));
    run_all();
    for (const JobId id : ids) {
        EXPECT_EQ(state_of(id), succeeded);
        EXPECT_LE(find(id).lease.value, 4) << "it was turned away once for each limit at most";
    }
    EXPECT_EQ(taken("a"), 0);
    EXPECT_EQ(taken("b"), 0);
}

TEST_P(LimitOrderConformance, WhoLacksAnEarlierOneAfterAllLetsGoOfALaterOne) {
    set_limits({"a", "b"});
    const JobId of_b = insert(limited({{"b", ""}}));
    claimed();
    const JobId both = insert(limited({{"a", ""}, {"b", ""}}, "other"));
    const JobId next = insert(limited({{"b", ""}}));
    claimed();
    ASSERT_EQ(taken("a"), 1);
    operations.pause(QueueName{"other"}, "somebody", "why", {});
    settle_down();
    ASSERT_EQ(taken("a"), 0);
    const JobId of_a = insert(limited({{"a", ""}}));
    EXPECT_EQ(claimed(), std::vector{of_a});
    operations.resume(QueueName{"other"}, "somebody");

    succeed(of_b);
    ASSERT_EQ(state_of(both), enqueued);
    clock.advance(1s);
    const JobId newcomer = insert(limited({{"b", ""}}));
    claimed();
    EXPECT_EQ(find(both).parked_on, (LimitUse{"a", ""}));
    EXPECT_EQ(find(newcomer).parked_on, (LimitUse{"b", ""})) << "in the same claim, and nobody overtakes";
    EXPECT_EQ(state_of(next), enqueued);
    succeed(next);
    succeed(newcomer);
    succeed(of_a);
    EXPECT_EQ(claimed(), std::vector{both});
}

TEST_P(LimitOrderConformance, WhoIsDeletedWhileItWaitsLeavesWhatItHas) {
    set_limits({"a", "b"});
    insert(limited({{"b", ""}}));
    claimed();
    const JobId both = insert(limited({{"a", ""}, {"b", ""}}));
    claimed();
    const JobId next = insert(limited({{"a", ""}}));
    claimed();
    ASSERT_EQ(find(next).parked_on, (LimitUse{"a", ""}));
    operate(both, Operation{.verb = Verb::remove, .by = "somebody"});
    EXPECT_EQ(claimed(), std::vector{next});
    EXPECT_EQ(taken("a"), 1);
}

TEST_P(LimitOrderConformance, WhoWaitsForALimitThatIsMadeAgainAsARateKeepsNothingMeanwhile) {
    set_limits({"a", "b"});
    const JobId of_b = insert(limited({{"b", ""}}));
    claimed();
    const JobId both = insert(limited({{"a", ""}, {"b", ""}}));
    claimed();
    ASSERT_EQ(find(both).promised, (std::vector<LimitUse>{{"a", ""}}));
    const JobId of_a = insert(limited({{"a", ""}}));
    claimed();
    ASSERT_EQ(find(of_a).parked_on, (LimitUse{"a", ""}));

    ASSERT_TRUE(limits.remove("b"));
    limits.set(std::vector{Limit{.name = "b", .kind = LimitKind::fixed_window, .window = 2s}});
    EXPECT_TRUE(find(both).promised.empty());
    EXPECT_EQ(claimed(), std::vector{of_a}) << "what was kept has gone to the next";
    // Has the rate, and needs what `both` kept.
    NewJob urgent = limited({{"a", ""}, {"b", ""}});
    urgent.priority = 100;
    insert(urgent);
    succeed(of_b);
    succeed(of_a);
    for (int i = 0; i < 4; ++i) {
        settle_down();
        run_all();
        clock.advance(2s);
    }
    EXPECT_EQ(state_of(both), succeeded);
    EXPECT_EQ(count_of(succeeded), 4);
    EXPECT_EQ(taken("a"), 0);
}

INSTANTIATE_TEST_SUITE_P(Databases, LimitOrderConformance, testing::ValuesIn(all_backends()), backend_name);

}  // namespace
}  // namespace jobhost::storage
