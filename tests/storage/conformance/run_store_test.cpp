// What a run saves and hands in while it goes on.
#include "tests/storage/conformance/workflow_conformance.hpp"

namespace jobhost::storage {
namespace {

using namespace std::chrono_literals;

class RunStoreConformance : public WorkflowConformance {
protected:
    RunKey key_of(const ClaimedJob& run) { return {server, run.id, run.lease}; }
    NewJob call(const ClaimedJob& run, int number, const std::string& arguments = "{}") {
        NewJob made = job();
        made.creator = run.id;
        made.call_no = number;
        made.arguments = arguments;
        return made;
    }
    using Steps = std::vector<std::pair<std::string, std::string>>;
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
    EXPECT_EQ(run_store.submit(key_of(first), {}, std::vector{call(first, 1)}), std::nullopt);
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
    EXPECT_EQ(run_store.find_step(run.id, "w"), large);
    EXPECT_EQ(run_store.find_step(run.id, "u"), std::nullopt);
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
    NewJob member = call(run, 1);
    member.batch = made.id;
    NewJob child = call(run, 2);
    child.parents = {after(made.id)};
    EXPECT_EQ(run_store.submit(key_of(run), std::vector{made}, std::vector{member, child}),
              (std::vector<Inserted>{{member.id}, {child.id}}));
    settle_down();
    EXPECT_EQ(state_of(member.id), enqueued);
    EXPECT_EQ(state_of(child.id), awaiting);
    EXPECT_EQ(find(member.id).creator, run.id);
}

TEST_P(RunStoreConformance, ACallThatComesAgainIsAnsweredByItsJob) {
    const JobId id = insert();
    const ClaimedJob first = run_of(id);
    const NewJob made = call(first, 1, R"({"n":1})");
    run_store.submit(key_of(first), {}, std::vector{made});
    finish(interruption_of(first));
    succeed(made.id);
    const ClaimedJob second = run_of(id);
    const NewJob again = call(second, 1, R"({"n":1})");
    const NewJob next = call(second, 2);
    EXPECT_EQ(run_store.submit(key_of(second), {}, std::vector{again, next}),
              (std::vector<Inserted>{{made.id, false}, {next.id}}));
    EXPECT_FALSE(queries.find(again.id).has_value());

    NewJob other_type = call(second, 1, R"({"n":1})");
    other_type.type = "other.job";
    EXPECT_TRUE(is_refused([&] { run_store.submit(key_of(second), {}, std::vector{other_type}); }));
    EXPECT_TRUE(is_refused([&] {
        run_store.submit(key_of(second), {}, std::vector{call(second, 3), call(second, 1, R"({"n":2})")});
    }));
    EXPECT_EQ(listed({}).size(), 3u);
}

TEST_P(RunStoreConformance, ARequeueBeginsANewSeriesOfCalls) {
    const JobId id = insert();
    const ClaimedJob first = run_of(id);
    const NewJob made = call(first, 1);
    run_store.submit(key_of(first), {}, std::vector{made});
    finish(failure_of(first));
    requeue(id);
    const ClaimedJob second = run_of(id);
    const NewJob again = call(second, 1, R"({"n":2})");
    EXPECT_EQ(run_store.submit(key_of(second), {}, std::vector{again}), std::vector{Inserted{again.id}});
    EXPECT_EQ(find(made.id).creator, std::nullopt);
}

TEST_P(RunStoreConformance, JobsOfNoCallAreRefused) {
    const ClaimedJob run = run_of(insert());
    NewJob other = call(run, 1);
    other.creator = insert();
    NewJob none = call(run, 1);
    none.creator.reset();
    for (const NewJob& each : {other, none, call(run, 0)})
        EXPECT_TRUE(is_refused([&] { run_store.submit(key_of(run), {}, std::vector{each}); }));
    EXPECT_TRUE(is_refused([&] {
        NewJob unknown = call(run, 1);
        unknown.parents = {after(jobs.reserve_ids(1))};
        run_store.submit(key_of(run), {}, std::vector{unknown});
    }));
}

TEST_P(RunStoreConformance, AnInsertWithACallIsAnsweredAlike) {
    const ClaimedJob run = run_of(insert());
    const NewJob made = call(run, 1);
    EXPECT_EQ(submit({}, {made}), std::vector{Inserted{made.id}});
    const NewJob again = call(run, 1, R"({"n":2})");
    EXPECT_EQ(submit({}, {again}), (std::vector{Inserted{made.id, false}}));
}

INSTANTIATE_TEST_SUITE_P(Databases, RunStoreConformance, testing::ValuesIn(all_backends()), backend_name);

}  // namespace
}  // namespace jobhost::storage
