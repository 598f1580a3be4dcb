#include "tests/storage/conformance/workflow_conformance.hpp"

namespace jobhost::storage {
namespace {

using namespace std::chrono_literals;

class UniqueConformance : public WorkflowConformance {
protected:
    NewJob unique_job(HeldWhile held, OnConflict on_conflict = OnConflict::skip,
                      const std::string& key = "k") {
        NewJob made = job();
        made.unique = Unique{.key = key, .held = held, .on_conflict = on_conflict};
        if (held == HeldWhile::window) made.unique->window = 1h;
        return made;
    }
    // The answer to a second job with the same key.
    Inserted insert_second(HeldWhile held) { return submit({}, {unique_job(held)}).at(0); }
    bool is_held(HeldWhile held, JobId by) { return insert_second(held) == Inserted{by, false}; }

    static constexpr HeldWhile kAll[] = {HeldWhile::queued, HeldWhile::until_started,
                                         HeldWhile::until_finished, HeldWhile::window};
    static constexpr HeldWhile kWhileItLives[] = {HeldWhile::queued, HeldWhile::until_started,
                                                  HeldWhile::until_finished};
};

TEST_P(UniqueConformance, ASecondJobIsAnsweredByTheFirst) {
    for (const HeldWhile held : kAll) {
        const NewJob first = unique_job(held, OnConflict::skip, std::string{to_string(held)});
        NewJob second = unique_job(held, OnConflict::skip, std::string{to_string(held)});
        second.arguments = R"({"n":2})";
        second.priority = 9;
        EXPECT_EQ(submit({}, {first}), std::vector{Inserted{first.id}});
        EXPECT_EQ(submit({}, {second}), (std::vector{Inserted{first.id, false}}));
        EXPECT_FALSE(queries.find(second.id).has_value());
        EXPECT_EQ(find(first.id).arguments, "{}");
        EXPECT_EQ(find(first.id).priority, 0);
    }
}

TEST_P(UniqueConformance, AKeyIsOneOfItsType) {
    const NewJob first = unique_job(HeldWhile::until_finished);
    NewJob other_type = unique_job(HeldWhile::until_finished);
    other_type.type = "other.job";
    NewJob other_key = unique_job(HeldWhile::until_finished, OnConflict::skip, "K");
    NewJob other_queue = unique_job(HeldWhile::until_finished);
    other_queue.queue = QueueName{"other"};
    EXPECT_EQ(submit({}, {first, other_type, other_key, other_queue}),
              (std::vector<Inserted>{{first.id}, {other_type.id}, {other_key.id}, {first.id, false}}));
}

TEST_P(UniqueConformance, WithinOneSubmissionTheFirstCounts) {
    for (const HeldWhile held : kAll) {
        const std::string key{to_string(held)};
        const NewJob first = unique_job(held, OnConflict::skip, key);
        const NewJob second = unique_job(held, OnConflict::skip, key);
        EXPECT_EQ(submit({}, {first, second}), (std::vector<Inserted>{{first.id}, {first.id, false}}));
    }
}

TEST_P(UniqueConformance, ReplaceAndExtendWithinOneSubmission) {
    for (const HeldWhile held : kAll)
        for (const OnConflict wish : {OnConflict::replace, OnConflict::extend}) {
            const std::string key = std::string{to_string(held)} + std::string{to_string(wish)};
            const NewJob first = unique_job(held, OnConflict::skip, key);
            NewJob second = unique_job(held, wish, key);
            second.arguments = R"({"n":2})";
            second.due_at = clock.now() + 1min;
            EXPECT_EQ(submit({}, {first, second}),
                      (std::vector<Inserted>{{first.id}, {first.id, false, wish}}));
            EXPECT_EQ(due_of(first.id), clock.now() + 1min) << key;
            EXPECT_EQ(find(first.id).arguments, wish == OnConflict::replace ? R"({"n":2})" : "{}") << key;
        }
}

TEST_P(UniqueConformance, FailRefusesTheWholeSubmission) {
    for (const HeldWhile held : kAll) {
        const std::string key{to_string(held)};
        const NewJob first = unique_job(held, OnConflict::skip, key);
        const NewJob second = unique_job(held, OnConflict::fail, key);
        const NewJob plain = job();
        EXPECT_TRUE(is_refused([&] { jobs.insert(std::vector{plain, first, second}); }));
        EXPECT_FALSE(queries.find(first.id).has_value());
        submit({}, {first});
        EXPECT_TRUE(is_refused([&] { jobs.insert(std::vector{plain, second}); }));
        EXPECT_FALSE(queries.find(plain.id).has_value());
    }
}

TEST_P(UniqueConformance, ReplaceChangesAJobThatWaits) {
    for (const HeldWhile held : kAll) {
        const std::string key{to_string(held)};
        const NewJob first = unique_job(held, OnConflict::skip, key);
        submit({}, {first});
        NewJob second = unique_job(held, OnConflict::replace, key);
        second.arguments = R"({"n":2})";
        second.priority = 9;
        second.due_at = clock.now() + 1min;
        EXPECT_EQ(submit({}, {second}), (std::vector{Inserted{first.id, false, OnConflict::replace}}));
        EXPECT_EQ(find(first.id).arguments, R"({"n":2})");
        EXPECT_EQ(find(first.id).priority, 9);
        EXPECT_EQ(due_of(first.id), clock.now() + 1min);
        EXPECT_EQ(reason_of(first.id), Reason::delayed);

        NewJob third = unique_job(held, OnConflict::replace, key);
        EXPECT_EQ(submit({}, {third}), (std::vector{Inserted{first.id, false, OnConflict::replace}}));
        EXPECT_EQ(state_of(first.id), enqueued);
        EXPECT_EQ(find(first.id).arguments, "{}");
    }
}

TEST_P(UniqueConformance, ReplaceKeepsThePlaceOfAJobThatIsEnqueued) {
    const NewJob first = unique_job(HeldWhile::queued);
    submit({}, {first});
    clock.advance(1s);
    const JobId other = insert();
    clock.advance(1s);
    submit({}, {unique_job(HeldWhile::queued, OnConflict::replace)});
    EXPECT_EQ(ids_of(claim(2)), (std::vector{first.id, other}));
}

TEST_P(UniqueConformance, ReplaceGivesAPriorityItsPlace) {
    const JobId other = insert();
    const NewJob first = unique_job(HeldWhile::queued);
    submit({}, {first});
    NewJob second = unique_job(HeldWhile::queued, OnConflict::replace);
    second.priority = 1;
    submit({}, {second});
    EXPECT_EQ(ids_of(claim(2)), (std::vector{first.id, other}));
}

TEST_P(UniqueConformance, ExtendMovesOnlyTheInstant) {
    for (const HeldWhile held : kAll) {
        const std::string key{to_string(held)};
        const NewJob first = unique_job(held, OnConflict::skip, key);
        submit({}, {first});
        NewJob second = unique_job(held, OnConflict::extend, key);
        second.arguments = R"({"n":2})";
        second.priority = 9;
        second.due_at = clock.now() + 1min;
        EXPECT_EQ(submit({}, {second}), (std::vector{Inserted{first.id, false, OnConflict::extend}}));
        EXPECT_EQ(find(first.id).arguments, "{}");
        EXPECT_EQ(find(first.id).priority, 0);
        EXPECT_EQ(due_of(first.id), clock.now() + 1min);
    }
}

TEST_P(UniqueConformance, ReplaceAndExtendOfAnAwaitingJobCountFromItsRelease) {
    const JobId parent = insert();
    NewJob first = unique_job(HeldWhile::until_started);
    first.parents = {after(parent)};
    submit({}, {first});
    NewJob second = unique_job(HeldWhile::until_started, OnConflict::replace);
    second.arguments = R"({"n":2})";
    second.due_at = clock.now() + 1min;
    EXPECT_EQ(submit({}, {second}), (std::vector{Inserted{first.id, false, OnConflict::replace}}));
    EXPECT_EQ(state_of(first.id), awaiting);
    succeed(parent);
    EXPECT_EQ(due_of(first.id), clock.now() + 1min);
    EXPECT_EQ(find(first.id).arguments, R"({"n":2})");
}

TEST_P(UniqueConformance, AJobThatRunsOrHasRunIsNotChanged) {
    for (const OnConflict wish : {OnConflict::replace, OnConflict::extend}) {
        const std::string key{to_string(wish)};
        const NewJob first = unique_job(HeldWhile::until_finished, OnConflict::skip, key);
        submit({}, {first});
        const ClaimedJob run = run_of(first.id);
        NewJob second = unique_job(HeldWhile::until_finished, wish, key);
        second.arguments = R"({"n":2})";
        second.due_at = clock.now() + 1min;
        EXPECT_EQ(submit({}, {second}), (std::vector{Inserted{first.id, false}}));
        finish(retry_of(run, 1s));
        EXPECT_EQ(submit({}, {second}), (std::vector{Inserted{first.id, false}}));
        EXPECT_EQ(find(first.id).arguments, "{}");
        EXPECT_EQ(due_of(first.id), clock.now() + 1s);
    }
}

TEST_P(UniqueConformance, AJobWhoseRunWasLostIsNotChanged) {
    const NewJob first = unique_job(HeldWhile::until_finished);
    submit({}, {first});
    run_of(first.id);
    servers.declare_dead("worker");
    servers.recover(server, 10);
    NewJob second = unique_job(HeldWhile::until_finished, OnConflict::replace);
    second.arguments = R"({"n":2})";
    submit({}, {second});
    EXPECT_EQ(find(first.id).arguments, "{}");
}

TEST_P(UniqueConformance, AClaimEndsWhatIsHeldUntilThen) {
    for (const HeldWhile held : kAll) {
        const std::string key{to_string(held)};
        const NewJob first = unique_job(held, OnConflict::skip, key);
        submit({}, {first});
        run_of(first.id);
        const bool is_held_on = held == HeldWhile::until_finished || held == HeldWhile::window;
        const NewJob second = unique_job(held, OnConflict::skip, key);
        EXPECT_EQ(submit({}, {second}).at(0).is_new, !is_held_on) << key;
    }
}

TEST_P(UniqueConformance, AKeyThatAClaimFreedIsNotTakenBack) {
    for (const HeldWhile held : {HeldWhile::queued, HeldWhile::until_started}) {
        const NewJob first = unique_job(held, OnConflict::skip, std::string{to_string(held)});
        submit({}, {first});
        finish(return_of(run_of(first.id)));
        EXPECT_EQ(state_of(first.id), enqueued);
        const NewJob second = unique_job(held, OnConflict::skip, std::string{to_string(held)});
        EXPECT_EQ(submit({}, {second}), std::vector{Inserted{second.id}});
    }
}

TEST_P(UniqueConformance, RetryGiveBackAndRecoveryHoldOn) {
    const NewJob first = unique_job(HeldWhile::until_finished);
    submit({}, {first});
    finish(retry_of(run_of(first.id), 1s));
    EXPECT_TRUE(is_held(HeldWhile::until_finished, first.id));
    clock.advance(1s);
    jobs.promote_due(1);
    finish(interruption_of(run_of(first.id)));
    EXPECT_TRUE(is_held(HeldWhile::until_finished, first.id));
    run_of(first.id);
    servers.declare_dead("worker");
    servers.recover(server, 10);
    EXPECT_TRUE(is_held(HeldWhile::until_finished, first.id));
}

TEST_P(UniqueConformance, AnEndFreesTheKey) {
    for (const StateName how : {succeeded, failed, deleted}) {
        const std::string key{to_string(how)};
        const NewJob first = unique_job(HeldWhile::until_finished, OnConflict::skip, key);
        submit({}, {first});
        end(first.id, how);
        const NewJob second = unique_job(HeldWhile::until_finished, OnConflict::fail, key);
        EXPECT_EQ(submit({}, {second}), std::vector{Inserted{second.id}});
    }
    for (const HeldWhile held : kWhileItLives) {
        const NewJob first = unique_job(held);
        submit({}, {first});
        operate(first.id, Verb::remove);
        EXPECT_TRUE(insert_second(held).is_new);
        end(listed({.state = enqueued, .queue = {}, .type = {}, .definition = {}}).at(0).id, succeeded);
    }
}

TEST_P(UniqueConformance, QueuedDoesNotHoldWhileAwaiting) {
    const JobId parent = insert();
    for (const HeldWhile held : kWhileItLives) {
        const std::string key{to_string(held)};
        NewJob first = unique_job(held, OnConflict::skip, key);
        first.parents = {after(parent)};
        submit({}, {first});
        const NewJob second = unique_job(held, OnConflict::skip, key);
        EXPECT_EQ(submit({}, {second}).at(0).is_new, held == HeldWhile::queued);
    }
}

TEST_P(UniqueConformance, AWindowLastsWhateverBecomesOfTheJob) {
    const NewJob first = unique_job(HeldWhile::window);
    submit({}, {first});
    succeed(first.id);
    clock.advance(1h - 1us);
    EXPECT_TRUE(is_held(HeldWhile::window, first.id));
    clock.advance(1us);
    EXPECT_TRUE(insert_second(HeldWhile::window).is_new);
    EXPECT_FALSE(insert_second(HeldWhile::window).is_new);
}

TEST_P(UniqueConformance, WindowsAreASpaceOfTheirOwn) {
    const NewJob first = unique_job(HeldWhile::window);
    const NewJob second = unique_job(HeldWhile::until_finished);
    EXPECT_EQ(submit({}, {first, second}), (std::vector<Inserted>{{first.id}, {second.id}}));
}

TEST_P(UniqueConformance, ARequeueTakesTheKeyAgainIfItIsFree) {
    for (const HeldWhile held : kWhileItLives) {
        const std::string key{to_string(held)};
        const NewJob first = unique_job(held, OnConflict::skip, key);
        submit({}, {first});
        fail(first.id);
        const NewJob second = unique_job(held, OnConflict::skip, key);
        submit({}, {second});
        EXPECT_EQ(requeue(first.id), Operated::taken);
        EXPECT_EQ(reschedule(first.id, clock.now()), Operated::taken);
        EXPECT_EQ(state_of(first.id), failed);
        EXPECT_TRUE(queries.events(first.id).empty());
        succeed(second.id);
        EXPECT_EQ(requeue(first.id), Operated::done);
        const NewJob third = unique_job(held, OnConflict::skip, key);
        EXPECT_EQ(submit({}, {third}), (std::vector{Inserted{first.id, false}}));
        succeed(first.id);
    }
}

TEST_P(UniqueConformance, AnInsertThatIsRepeatedFindsItself) {
    const NewJob first = unique_job(HeldWhile::until_finished, OnConflict::fail);
    EXPECT_EQ(submit({}, {first}), std::vector{Inserted{first.id}});
    EXPECT_EQ(submit({}, {first}), std::vector{Inserted{first.id}});
}

TEST_P(UniqueConformance, ChildrenOfASecondJobWaitForTheFirst) {
    const NewJob first = unique_job(HeldWhile::until_finished);
    submit({}, {first});
    const NewJob second = unique_job(HeldWhile::until_finished);
    const NewJob child = job_after({after(second.id)});
    submit({}, {child, second});
    EXPECT_EQ(workflows.parents(child.id).at(0).parent, after(first.id));
    EXPECT_EQ(state_of(child.id), awaiting);
    succeed(first.id);
    EXPECT_EQ(state_of(child.id), enqueued);
}

TEST_P(UniqueConformance, ASecondJobIsNoMember) {
    const NewJob first = unique_job(HeldWhile::until_finished);
    submit({}, {first});
    const NewBatch made = batch();
    NewJob second = unique_job(HeldWhile::until_finished);
    second.batch = made.id;
    const NewJob member = job_in_batch(made.id);
    submit({made}, {second, member});
    EXPECT_EQ(batch_of(made.id).members, 1);
    succeed(member.id);
    EXPECT_EQ(state_of_batch(made.id), BatchState::succeeded);
}

TEST_P(UniqueConformance, KeysAreLimited) {
    NewJob made = unique_job(HeldWhile::queued, OnConflict::skip, std::string(kMaxKeySize, 'k'));
    EXPECT_EQ(submit({}, {made}), std::vector{Inserted{made.id}});
    for (const std::string& key : {std::string(kMaxKeySize + 1, 'k'), std::string{}, std::string{"\xff"}}) {
        made = unique_job(HeldWhile::queued, OnConflict::skip, key);
        EXPECT_TRUE(is_refused([&] { jobs.insert({&made, 1}); }));
    }
    made = unique_job(HeldWhile::window);
    made.unique->window = 0s;
    EXPECT_TRUE(is_refused([&] { jobs.insert({&made, 1}); }));
}

TEST_P(UniqueConformance, TwoHostsInsertOne) {
    const auto other = database->open(clock);
    const NewJob first = unique_job(HeldWhile::until_finished);
    const NewJob second = unique_job(HeldWhile::until_finished);
    EXPECT_EQ(jobs.insert({&first, 1}), std::vector{Inserted{first.id}});
    EXPECT_EQ(other->jobs().insert({&second, 1}), (std::vector{Inserted{first.id, false}}));
}

TEST_P(UniqueConformance, ReplaceBringsItsPolicyAndItsDelay) {
    const NewJob first = unique_job(HeldWhile::until_finished);
    submit({}, {first});
    NewJob second = unique_job(HeldWhile::until_finished, OnConflict::replace);
    second.policy.timeout = 7s;
    second.delay = 1min;
    submit({}, {second});
    EXPECT_EQ(find(first.id).policy, second.policy);
    EXPECT_EQ(due_of(first.id), clock.now() + 1min);

    NewJob earlier = unique_job(HeldWhile::until_finished, OnConflict::skip, "other");
    earlier.delay = 1min;
    NewJob later = unique_job(HeldWhile::until_finished, OnConflict::replace, "other");
    later.policy.timeout = 7s;
    submit({}, {earlier, later});
    EXPECT_EQ(find(earlier.id).policy, later.policy);
    EXPECT_EQ(state_of(earlier.id), enqueued);
}

INSTANTIATE_TEST_SUITE_P(Databases, UniqueConformance, testing::ValuesIn(all_backends()), backend_name);

}  // namespace
}  // namespace jobhost::storage
