#include "tests/storage/apply_definitions.hpp"
#include "tests/storage/conformance/workflow_conformance.hpp"

namespace jobhost::storage {
namespace {

using namespace std::chrono_literals;

class TagConformance : public WorkflowConformance {
protected:
    NewJob tagged(const std::vector<std::string>& tags) {
        NewJob made = job();
        made.tags = tags;
        return made;
    }
    static JobFilter by_tag(const std::string& tag) {
        JobFilter filter;
        filter.tag = tag;
        return filter;
    }
};

TEST_P(TagConformance, TagsComeBackSortedAndOnce) {
    const JobId id = insert(tagged({"red", "blue", "Red", "red", "é"}));
    EXPECT_EQ(find(id).tags, (std::vector<std::string>{"Red", "blue", "red", "é"}));
    EXPECT_TRUE(find(insert()).tags.empty());
}

TEST_P(TagConformance, JobsAreFoundByTag) {
    const JobId first = insert(tagged({"red"}));
    insert(tagged({"blue", "Red"}));
    const JobId third = insert(tagged({"blue", "red"}));
    EXPECT_EQ(ids_of(listed(by_tag("red"))), (std::vector{third, first}));
    EXPECT_EQ(ids_of(listed(by_tag("red"), 1)), (std::vector{third, first}));
    EXPECT_TRUE(listed(by_tag("re")).empty());
    JobFilter both = by_tag("red");
    both.state = succeeded;
    EXPECT_TRUE(listed(both).empty());
    succeed(first);
    EXPECT_EQ(ids_of(listed(both)), std::vector{first});
}

TEST_P(TagConformance, JobsAreFoundByBatch) {
    std::vector<JobId> members;
    const BatchId id = submit_batch(3, members);
    insert();
    JobFilter filter;
    filter.batch = id;
    EXPECT_EQ(ids_of(listed(filter, 2)), (std::vector{members[2], members[1], members[0]}));
    filter.state = succeeded;
    succeed(members[1]);
    EXPECT_EQ(ids_of(listed(filter)), std::vector{members[1]});
}

TEST_P(TagConformance, JobsAreFoundByWarnings) {
    const JobId quiet = insert();
    const JobId loud = insert();
    succeed(quiet);
    Settlement end = success_of(run_of(loud));
    end.new_warnings = 2;
    finish(end);
    JobFilter filter;
    filter.has_warnings = true;
    EXPECT_EQ(ids_of(listed(filter)), std::vector{loud});
    filter.state = succeeded;
    EXPECT_EQ(ids_of(listed(filter)), std::vector{loud});
}

TEST_P(TagConformance, ACursorBelongsToItsFilter) {
    insert_many(3, tagged({"red", "blue"}));
    const auto page = queries.list(by_tag("red"), 1, "");
    ASSERT_TRUE(page.next.has_value());
    EXPECT_TRUE(is_refused([&] { queries.list(by_tag("blue"), 1, *page.next); }));
    EXPECT_TRUE(is_refused([&] { queries.list({}, 1, *page.next); }));
    JobFilter loud = by_tag("red");
    loud.has_warnings = true;
    EXPECT_TRUE(is_refused([&] { queries.list(loud, 1, *page.next); }));
}

TEST_P(TagConformance, TagsAreLimited) {
    std::vector<std::string> most;
    for (std::size_t i = 0; i < kMaxTags; ++i)
        most.push_back(std::string(98, 't') + std::to_string(10 + i));
    EXPECT_EQ(find(insert(tagged(most))).tags, most);
    most.push_back("one more");
    for (const auto& bad : std::vector<std::vector<std::string>>{
             most, {""}, {std::string(101, 't')}, {"\xff"}, {std::string("a\0b", 3)}}) {
        const NewJob made = tagged(bad);
        EXPECT_TRUE(is_refused([&] { jobs.insert({&made, 1}); }));
    }
}

TEST_P(TagConformance, AnInstantIsAnsweredByItsJob) {
    Definition daily;
    daily.name = "daily";
    daily.type = "test.job";
    daily.schedule = Every{1h, TimePoint{}};
    apply_definitions(sources, "shop", "host", std::vector{SourceDefinitions{"shop/a.yaml", {daily}}});
    NewJob first = job();
    first.definition = definitions.find("daily")->id;
    first.nominal_at = clock.now();
    NewJob second = first;
    second.id = jobs.reserve_ids(1);
    EXPECT_EQ(submit({}, {first, second}), (std::vector<Inserted>{{first.id}, {first.id, false}}));
    EXPECT_EQ(submit({}, {second}), (std::vector{Inserted{first.id, false}}));
    EXPECT_EQ(submit({}, {first}), std::vector{Inserted{first.id}});
}

TEST_P(TagConformance, AFiringMakesBatches) {
    Definition daily;
    daily.name = "daily";
    daily.type = "test.job";
    daily.schedule = Every{1h, TimePoint{}};
    apply_definitions(sources, "shop", "host", std::vector{SourceDefinitions{"shop/a.yaml", {daily}}});
    clock.advance(48h);
    const StoredDefinition stored = definitions.find("daily").value();
    const NewBatch made = batch();
    const NewJob member = job_in_batch(made.id);
    const NewJob then = job_after({after(made.id)});
    const Firing firing{stored.id,      stored.revision, *stored.next_at, *stored.next_at + 1h,
                        {member, then}, {made}};
    EXPECT_EQ(definitions.fire({&firing, 1}), 1u);
    EXPECT_EQ(definitions.fire({&firing, 1}), 0u);
    settle_down();
    EXPECT_EQ(state_of(member.id), enqueued);
    succeed(member.id);
    EXPECT_EQ(state_of(then.id), enqueued);

    NewJob bad = job();
    bad.limits = {{"unknown", ""}};
    const Firing next{stored.id, stored.revision, *stored.next_at + 1h, *stored.next_at + 2h, {bad}};
    EXPECT_TRUE(is_refused([&] { definitions.fire({&next, 1}); }));
    EXPECT_EQ(definitions.find("daily")->next_at, *stored.next_at + 1h);
}

INSTANTIATE_TEST_SUITE_P(Databases, TagConformance, testing::ValuesIn(all_backends()), backend_name);

}  // namespace
}  // namespace jobhost::storage
