// What follows from jobs for which others stand, and batches of which nothing is left.
#include "tests/storage/conformance/workflow_conformance.hpp"

#include <gmock/gmock.h>

namespace jobhost::storage {
namespace {

class StandInConformance : public WorkflowConformance {
protected:
    NewJob unique_job(const std::string& key = "k") {
        NewJob made = job();
        made.unique = Unique{.key = key};
        return made;
    }
    template <class New>
    static New following(New made) {
        made.is_continuation = true;
        return made;
    }
    NewJob insert_holder(const std::string& key = "k") {
        const NewJob holder = unique_job(key);
        submit({}, {holder});
        return holder;
    }
    bool is_there(JobId id) { return queries.find(id).has_value(); }
};

TEST_P(StandInConformance, WhatFollowsFromASecondJobIsLeftOut) {
    const NewJob holder = insert_holder();
    const NewJob second = unique_job();
    const NewJob child = following(job_after({after(second.id)}));
    const NewBatch last = following(batch({after(child.id)}));
    const NewJob member = job_in_batch(last.id);
    NewBatch inner = batch({after(member.id)});
    inner.within = last.id;
    const NewJob innermost = job_in_batch(inner.id);
    const NewJob then = following(job_after({after(last.id)}));

    EXPECT_EQ(submit({inner, last}, {then, innermost, second, child, member}),
              std::vector<Inserted>(5, Inserted{holder.id, false}));
    for (const JobId id : {second.id, child.id, member.id, innermost.id, then.id})
        EXPECT_FALSE(is_there(id));
    EXPECT_FALSE(workflows.find(last.id));
    EXPECT_FALSE(workflows.find(inner.id));
    EXPECT_TRUE(workflows.children(holder.id, 10).empty());
    EXPECT_FALSE(upkeep.recount());
}

TEST_P(StandInConformance, WhatFollowsFromAFirstJobIsMade) {
    const NewJob first = unique_job();
    const NewJob child = following(job_after({after(first.id)}));
    const std::vector<Inserted> made{{first.id}, {child.id}};
    EXPECT_EQ(submit({}, {first, child}), made);
    EXPECT_EQ(submit({}, {first, child}), made);  // again, as if the answer had not arrived
    EXPECT_EQ(state_of(child.id), awaiting);
    succeed(first.id);
    EXPECT_EQ(submit({}, {first, child}), made);
    EXPECT_EQ(state_of(child.id), enqueued);
}

TEST_P(StandInConformance, WhatFollowsFromANewJobTooIsMadeAndWaitsForBoth) {
    const NewJob holder = insert_holder();
    const NewJob second = unique_job();
    const NewJob other = job();
    const NewJob child = following(job_after({after(second.id), after(other.id)}));
    EXPECT_EQ(submit({}, {second, other, child}),
              (std::vector<Inserted>{{holder.id, false}, {other.id}, {child.id}}));
    succeed(other.id);
    EXPECT_EQ(state_of(child.id), awaiting);
    succeed(holder.id);
    EXPECT_EQ(state_of(child.id), enqueued);
}

TEST_P(StandInConformance, WhatFollowsFromAContinuationThatIsSecondIsLeftOut) {
    const NewJob holder = insert_holder();
    const NewJob root = job();
    NewJob child = following(unique_job());
    child.parents = {after(root.id)};
    const NewJob last = following(job_after({after(child.id)}));
    EXPECT_EQ(submit({}, {root, child, last}),
              (std::vector<Inserted>{{root.id}, {holder.id, false}, {holder.id, false}}));
    EXPECT_FALSE(is_there(last.id));
}

TEST_P(StandInConformance, ForWhatIsLeftOutStandsItsLikeThatFollowsFromTheFirst) {
    const auto pair = [&] {
        std::vector<NewJob> made{unique_job()};
        made.push_back(following(job_after({after(made.front().id)})));
        made.back().definition = DefinitionId{7};
        return made;
    };
    auto both = pair();
    const auto second = pair();
    both.insert(both.end(), second.begin(), second.end());
    const JobId first = both[0].id;
    const JobId follower = both[1].id;
    const std::vector<Inserted> stood_for{{first, false}, {follower, false}};
    EXPECT_EQ(submit({}, both), (std::vector<Inserted>{{first}, {follower}, stood_for[0], stood_for[1]}));
    EXPECT_EQ(submit({}, pair()), stood_for) << "those that are in the database";

    auto longer = pair();
    const NewJob other = job();
    longer.push_back(other);
    longer.push_back(following(job_after({after(longer[1].id), after(other.id)})));
    EXPECT_EQ(submit({}, longer).back(), Inserted{longer.back().id});
    succeed(first);
    succeed(other.id);
    EXPECT_EQ(state_of(longer.back().id), awaiting);
    succeed(follower);
    EXPECT_EQ(state_of(longer.back().id), enqueued);

    auto another = pair();
    another[0].unique->key = "other";
    submit({}, {another[0]});
    auto late = pair();
    late[0].unique->key = "other";
    EXPECT_EQ(submit({}, late), std::vector<Inserted>(2, Inserted{another[0].id, false}))
        << "nothing of that definition followed it";
}

TEST_P(StandInConformance, KeysOfWhatIsLeftOutChangeNobody) {
    insert_holder("root");
    const NewJob other = insert_holder("child");
    const NewJob second = unique_job("root");
    for (const OnConflict wish : {OnConflict::replace, OnConflict::extend, OnConflict::fail}) {
        NewJob child = following(unique_job("child"));
        child.parents = {after(second.id)};
        child.unique->on_conflict = wish;
        child.arguments = R"({"n":2})";
        child.due_at = clock.now() + std::chrono::hours{1};
        submit({}, {second, child});
        EXPECT_EQ(find(other.id).arguments, "{}");
        EXPECT_EQ(state_of(other.id), enqueued);
    }
    NewJob child = following(unique_job("free"));
    child.parents = {after(second.id)};
    child.unique->held = HeldWhile::window;
    child.unique->window = std::chrono::hours{1};
    submit({}, {second, child});
    child.parents.clear();
    EXPECT_EQ(submit({}, {child}), std::vector{Inserted{child.id}}) << "its window was opened";
}

TEST_P(StandInConformance, ABatchOfWhichNothingIsLeftIsRefused) {
    const NewJob holder = insert_holder();
    const NewBatch made = batch();
    NewJob second = unique_job();
    second.batch = made.id;
    const NewJob then = job_after({after(made.id)});
    const NewJob aside = job();
    EXPECT_THAT(refusal_of([&] {
                    submit({made}, {second, then, aside});
                }),
                testing::HasSubstr("such as job " + std::to_string(holder.id.value)));
    EXPECT_FALSE(workflows.find(made.id));
    EXPECT_FALSE(is_there(then.id));
    EXPECT_FALSE(is_there(aside.id));

    succeed(holder.id);
    EXPECT_EQ(submit({made}, {second, then, aside}),
              (std::vector<Inserted>{{second.id}, {then.id}, {aside.id}}));
    EXPECT_EQ(batch_of(made.id).members, 1);
}

TEST_P(StandInConformance, SoIsABatchWithinAnother) {
    insert_holder();
    const NewBatch outer = batch();
    NewBatch inner = batch();
    inner.within = outer.id;
    NewJob second = unique_job();
    second.batch = inner.id;
    EXPECT_TRUE(is_refused([&] { submit({outer, inner}, {job_in_batch(outer.id), second}); }));
    EXPECT_FALSE(workflows.find(outer.id));
}

TEST_P(StandInConformance, WhatIsWrongIsRefusedEvenIfItWouldBeLeftOut) {
    insert_holder();
    const NewJob second = unique_job();
    NewBatch made = following(batch({after(second.id)}));
    const NewBatch around = batch();
    submit({around}, {job_in_batch(around.id)});
    made.within = around.id;  // which has the larger id
    EXPECT_TRUE(is_refused([&] { submit({made}, {second, job_in_batch(made.id)}); }));
}

TEST_P(StandInConformance, AStagedBatchOfWhichNothingIsLeftCannotBeOpened) {
    insert_holder();
    NewBatch made = batch();
    made.is_staged = true;
    NewJob second = unique_job();
    second.batch = made.id;
    submit({made}, {second});
    const NewJob then = job_after({after(made.id)});
    EXPECT_TRUE(is_refused([&] { workflows.submit_and_open({}, {&then, 1}, {&made.id, 1}); }));
    EXPECT_FALSE(is_there(then.id));
    EXPECT_EQ(state_of_batch(made.id), BatchState::creating);
}

TEST_P(StandInConformance, WhatIsStagedComesIntoBeingWithTheRest) {
    NewBatch made = batch();
    made.is_staged = true;
    const NewJob member = job_in_batch(made.id);
    submit({made}, {member});
    EXPECT_EQ(state_of(member.id), awaiting);
    const NewJob then = job_after({after(made.id)});
    for (int i = 0; i < 2; ++i)  // the second time as if the answer had not arrived
        EXPECT_EQ(workflows.submit_and_open({}, {&then, 1}, {&made.id, 1}), std::vector{Inserted{then.id}});
    settle_down();
    EXPECT_EQ(state_of(member.id), enqueued);
    EXPECT_EQ(workflows.submit_and_open({}, {}, {&made.id, 1}), std::vector<Inserted>{});
    succeed(member.id);
    EXPECT_EQ(state_of(then.id), enqueued);
}

INSTANTIATE_TEST_SUITE_P(Databases, StandInConformance, testing::ValuesIn(all_backends()), backend_name);

}  // namespace
}  // namespace jobhost::storage
