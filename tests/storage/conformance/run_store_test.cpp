// What a run saves and hands in while it goes on.
#include "tests/storage/conformance/workflow_conformance.hpp"

namespace jobhost::storage {
namespace {

using namespace std::chrono_literals;

class RunStoreConformance : public WorkflowConformance {
protected:
    RunKey key_of(const ClaimedJob& run) { return {server, run.id, run.lease}; }
    NewJob job_by(const ClaimedJob& run) {
        NewJob made = job();
        made.creator = run.id;
        return made;
    }
    // By call `number`, which asks for what `digest` stands for.
    std::optional<std::vector<std::int64_t>> hand_in(const ClaimedJob& run, std::int64_t number,
                                                     const std::vector<NewJob>& made,
                                                     const std::string& digest = "digest") {
        return run_store.submit(key_of(run), {number, digest}, {}, made);
    }
    using Steps = std::vector<std::pair<std::string, std::string>>;
    using Ids = std::vector<std::int64_t>;
};

TEST_P(RunStoreConformance, TheLastCheckpointIsKept) {
    const ClaimedJob run = run_of(insert());
    EXPECT_EQ(run_store.load(run.id, 0).checkpoint, "");
    EXPECT_TRUE(run_store.save_checkpoint(key_of(run), R"({"row": 1})"));
    EXPECT_TRUE(run_store.save_checkpoint(key_of(run), R"([2, "é"])"));
    EXPECT_EQ(run_store.load(run.id, 0).checkpoint, R"([2, "é"])");
}

TEST_P(RunStoreConformance, AStepIsCompletedOnce) {
    const ClaimedJob run = run_of(insert());
    EXPECT_TRUE(run_store.save_step(key_of(run), "second", "2"));
    EXPECT_TRUE(run_store.save_step(key_of(run), "first", R"({"a":1})"));
    EXPECT_TRUE(run_store.save_step(key_of(run), "second", "3"));
    EXPECT_EQ(run_store.load(run.id, 0).steps, (Steps{{"second", "2"}, {"first", R"({"a":1})"}}));
}

TEST_P(RunStoreConformance, TheNextRunFindsIt) {
    const JobId id = insert();
    const std::vector<std::function<void(const ClaimedJob&)>> ends{
        [&](const ClaimedJob& run) { finish(retry_of(run, 0s)); },
        [&](const ClaimedJob& run) { finish(interruption_of(run)); },
        [&](const ClaimedJob& run) { finish(return_of(run)); },
        [&](const ClaimedJob&) {
            servers.declare_dead("worker");
            servers.recover(server, 10);
            server = enter_worker("second");
        },
    };
    for (std::size_t i = 0; i < ends.size(); ++i) {
        const ClaimedJob run = run_of(id);
        EXPECT_TRUE(run_store.save_checkpoint(key_of(run), std::to_string(i)));
        EXPECT_TRUE(run_store.save_step(key_of(run), "step " + std::to_string(i), "1"));
        ends[i](run);
        jobs.promote_due(1);
        EXPECT_EQ(run_store.load(id, 0).checkpoint, std::to_string(i));
        EXPECT_EQ(run_store.load(id, 0).steps.size(), i + 1);
    }
}

TEST_P(RunStoreConformance, ItGoesWithSuccessAndWithARequeue) {
    for (const StateName how : {succeeded, failed}) {
        const JobId id = insert();
        const ClaimedJob run = run_of(id);
        run_store.save_checkpoint(key_of(run), "1");
        run_store.save_step(key_of(run), "step", "1");
        end(id, how);
        EXPECT_EQ(run_store.load(id, 0).checkpoint, how == failed ? "1" : "");
        EXPECT_EQ(run_store.load(id, 0).steps.size(), how == failed ? 1u : 0u);
        requeue(id);
        EXPECT_EQ(run_store.load(id, 0).checkpoint, "");
        EXPECT_TRUE(run_store.load(id, 0).steps.empty());
    }
}

TEST_P(RunStoreConformance, ARunThatIsOverSavesNothing) {
    const JobId id = insert();
    const ClaimedJob first = run_of(id);
    const ServerId other = enter_worker("second");
    EXPECT_FALSE(run_store.save_checkpoint({other, first.id, first.lease}, "1"));
    EXPECT_FALSE(run_store.save_checkpoint({server, first.id, Lease{first.lease.value + 1}}, "1"));
    EXPECT_FALSE(run_store.save_step({server, jobs.reserve_ids(1), first.lease}, "s", "1"));
    finish(interruption_of(first));
    EXPECT_FALSE(run_store.save_step(key_of(first), "s", "1"));
    const ClaimedJob second = run_of(id);
    EXPECT_FALSE(run_store.save_checkpoint(key_of(first), "1"));
    EXPECT_EQ(hand_in(first, 1, {job_by(first)}), std::nullopt);
    EXPECT_EQ(run_store.load(id, 0).checkpoint, "");
    EXPECT_TRUE(run_store.load(id, 0).steps.empty());
    finish(success_of(second));
    EXPECT_FALSE(run_store.save_checkpoint(key_of(second), "1"));
    EXPECT_EQ(listed({}).size(), 1u);
    EXPECT_EQ(run_store.load(jobs.reserve_ids(1), 0).checkpoint, "");
}

TEST_P(RunStoreConformance, WhatIsTooLargeOrNoJsonIsRefused) {
    const ClaimedJob run = run_of(insert());
    const std::string most = '"' + std::string(kMaxCheckpointSize - 2, 'x') + '"';
    EXPECT_TRUE(run_store.save_checkpoint(key_of(run), most));
    EXPECT_TRUE(run_store.save_step(key_of(run), std::string(kMaxStepName, 'n'), most));
    for (const std::string& bad : {most + " ", std::string{}, std::string{"{"}, std::string{"\"\xff\""}}) {
        EXPECT_TRUE(is_refused([&] { run_store.save_checkpoint(key_of(run), bad); }));
        EXPECT_TRUE(is_refused([&] { run_store.save_step(key_of(run), "s", bad); }));
    }
    for (const std::string& bad : {std::string{}, std::string(kMaxStepName + 1, 'n'), std::string{"\xff"}})
        EXPECT_TRUE(is_refused([&] { run_store.save_step(key_of(run), bad, "1"); }));
    EXPECT_EQ(run_store.load(run.id, 0).checkpoint, most);
}

TEST_P(RunStoreConformance, ManyStepsComeInPages) {
    const ClaimedJob run = run_of(insert());
    const std::string large = '"' + std::string(kSavedPageSize * 2 / 3, 'x') + '"';
    run_store.save_checkpoint(key_of(run), "1");
    for (const char* name : {"z", "y", "x", "w", "v"})
        run_store.save_step(key_of(run), name, large);
    std::string names;
    std::optional<std::int64_t> next = 0;
    for (int page = 0; next; ++page) {
        const SavedWork saved = run_store.load(run.id, *next);
        EXPECT_EQ(saved.checkpoint, page == 0 ? "1" : "");
        EXPECT_LE(saved.steps.size(), 2u);
        for (const auto& [name, result] : saved.steps) {
            names += name;
            EXPECT_EQ(result, large);
        }
        next = saved.next;
    }
    EXPECT_EQ(names, "zyxwv");
}

TEST_P(RunStoreConformance, StepsHaveASizeTogether) {
    const ClaimedJob run = run_of(insert());
    const std::string most = '"' + std::string(kMaxCheckpointSize - 2, 'x') + '"';
    for (std::size_t i = 0; i < kMaxStepsSize / kMaxCheckpointSize; ++i)
        EXPECT_TRUE(run_store.save_step(key_of(run), std::to_string(i), most));
    EXPECT_TRUE(is_refused([&] { run_store.save_step(key_of(run), "one more", "1"); }));
    EXPECT_TRUE(run_store.save_step(key_of(run), "0", "1")) << "it is there already";
    EXPECT_TRUE(run_store.save_checkpoint(key_of(run), "1"));
}

TEST_P(RunStoreConformance, JobsAreHandedInAtOnce) {
    const ClaimedJob run = run_of(insert());
    const NewBatch made = batch();
    NewJob member = job_by(run);
    member.batch = made.id;
    NewJob child = job_by(run);
    child.parents = {after(made.id)};
    EXPECT_EQ(run_store.submit(key_of(run), {1, "digest"}, std::vector{made}, std::vector{member, child}),
              (Ids{made.id.value, member.id.value, child.id.value}));
    settle_down();
    EXPECT_EQ(state_of(member.id), enqueued);
    EXPECT_EQ(state_of(child.id), awaiting);
    EXPECT_EQ(find(member.id).creator, run.id);
}

TEST_P(RunStoreConformance, ACallThatComesAgainIsAnsweredAlike) {
    const JobId id = insert();
    const ClaimedJob first = run_of(id);
    EXPECT_EQ(run_store.answer_to(key_of(first), {1, "digest"}), std::nullopt);
    const std::vector made{job_by(first), job_by(first)};
    const auto answer = hand_in(first, 1, made);
    EXPECT_EQ(answer, (Ids{made[0].id.value, made[1].id.value}));
    EXPECT_EQ(hand_in(first, 1, {job_by(first)}), answer) << "its answer may have been lost";
    finish(interruption_of(first));
    for (const NewJob& each : made)
        succeed(each.id);

    const ClaimedJob second = run_of(id);
    EXPECT_EQ(run_store.answer_to(key_of(second), {1, "digest"}), answer);
    EXPECT_EQ(hand_in(second, 1, {job_by(second)}), answer);
    EXPECT_EQ(run_store.answer_to(key_of(first), {1, "digest"}), std::nullopt) << "that run is over";
    const NewJob next = job_by(second);
    EXPECT_EQ(hand_in(second, 2, {next}), Ids{next.id.value});
    EXPECT_EQ(listed({}).size(), 4u);
}

TEST_P(RunStoreConformance, ACallThatAsksForSomethingElseIsRefused) {
    const JobId id = insert();
    const ClaimedJob first = run_of(id);
    hand_in(first, 1, {job_by(first)});
    EXPECT_TRUE(is_refused([&] { hand_in(first, 1, {job_by(first)}, "another"); }));
    finish(interruption_of(first));
    const ClaimedJob second = run_of(id);
    EXPECT_TRUE(is_refused([&] { hand_in(second, 1, {job_by(second)}, "another"); }));
    EXPECT_TRUE(is_refused([&] { run_store.answer_to(key_of(second), {1, "another"}); }));
    EXPECT_EQ(listed({}).size(), 2u);
}

TEST_P(RunStoreConformance, ACallKeepsItsAnswerWhenTheHolderOfAKeyHasEnded) {
    NewJob holder = job();
    holder.unique = Unique{.key = "k"};
    insert(holder);
    const JobId id = insert();
    const ClaimedJob first = run_of(id);
    NewJob made = job_by(first);
    made.unique = Unique{.key = "k"};
    EXPECT_EQ(hand_in(first, 1, {made}), Ids{holder.id.value});
    finish(interruption_of(first));
    succeed(holder.id);
    const ClaimedJob second = run_of(id);
    EXPECT_EQ(hand_in(second, 1, {made}), Ids{holder.id.value});
    EXPECT_EQ(listed({}).size(), 2u);
}

TEST_P(RunStoreConformance, ACallThatIsRefusedCanBeMadeAnew) {
    const ClaimedJob run = run_of(insert());
    NewJob made = job_by(run);
    made.parents = {after(jobs.reserve_ids(1))};
    EXPECT_TRUE(is_refused([&] { hand_in(run, 1, {made}); }));
    made.parents.clear();
    EXPECT_EQ(hand_in(run, 1, {made}, "another"), Ids{made.id.value});
}

TEST_P(RunStoreConformance, ARequeueBeginsANewSeriesOfCalls) {
    const JobId id = insert();
    const ClaimedJob first = run_of(id);
    const NewJob made = job_by(first);
    hand_in(first, 1, {made});
    finish(failure_of(first));
    requeue(id);
    const ClaimedJob second = run_of(id);
    const NewJob again = job_by(second);
    EXPECT_EQ(hand_in(second, 1, {again}, "another"), Ids{again.id.value});
    EXPECT_EQ(find(made.id).creator, id);
}

TEST_P(RunStoreConformance, ASuccessEndsTheSeriesOfCalls) {
    const JobId id = insert();
    const ClaimedJob first = run_of(id);
    hand_in(first, 1, {job_by(first)});
    finish(success_of(first));
    EXPECT_EQ(hand_in(first, 1, {job_by(first)}), std::nullopt);
    requeue(id);
    EXPECT_EQ(run_store.answer_to(key_of(run_of(id)), {1, "digest"}), std::nullopt);
}

TEST_P(RunStoreConformance, JobsOfNoCallAreRefused) {
    const ClaimedJob run = run_of(insert());
    NewJob other = job_by(run);
    other.creator = insert();
    NewJob none = job_by(run);
    none.creator.reset();
    for (const NewJob& each : {other, none})
        EXPECT_TRUE(is_refused([&] { hand_in(run, 1, {each}); }));
    EXPECT_TRUE(is_refused([&] { hand_in(run, 0, {job_by(run)}); }));
    EXPECT_TRUE(is_refused([&] { hand_in(run, 1, {job_by(run)}, ""); }));
}

INSTANTIATE_TEST_SUITE_P(Databases, RunStoreConformance, testing::ValuesIn(all_backends()), backend_name);

}  // namespace
}  // namespace jobhost::storage
