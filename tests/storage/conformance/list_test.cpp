#include "tests/storage/apply_definitions.hpp"
#include "tests/storage/conformance/conformance.hpp"

namespace jobhost::storage {
namespace {

using namespace std::chrono_literals;

class ListConformance : public StorageConformance {
protected:
    static JobFilter of_state(StateName state) {
        return {.state = state, .queue = {}, .type = {}, .definition = {}};
    }
    // Some jobs in every state that there is a way into, in two queues and of two types.
    void fill() {
        for (int i = 0; i < 40; ++i) {
            NewJob made = job(i % 3 ? "a.job" : "b.job");
            made.queue = QueueName{i % 2 ? "one" : "two"};
            made.priority = (i * 7) % 4;
            if (i % 5 == 0) made.due_at = clock.now() + std::chrono::seconds{1000 - (i * 13) % 7};
            insert(made);
            if (i % 2) clock.advance(700ms);
        }
        std::vector<Settlement> batch;
        for (const ClaimedJob& run : claim(25)) {
            if (batch.size() % 3 == 0) clock.advance(1s);
            switch (run.id.value % 5) {
                case 0:
                    continue;  // goes on
                case 1:
                    batch.push_back(failure_of(run));
                    break;
                case 2:
                    batch.push_back(deletion_of(run));
                    break;
                default:
                    batch.push_back(success_of(run));
            }
        }
        jobs.exchange(server, batch, {});
    }
    // Whatever the size of the pages, each job comes once and in the same order.
    void expect_pages(const JobFilter& filter) {
        const auto all = ids_of(listed(filter));
        const std::set unique(all.begin(), all.end());
        EXPECT_EQ(unique.size(), all.size());
        for (const std::size_t size : {1u, 3u, 7u, 1000u})
            EXPECT_EQ(ids_of(listed(filter, size)), all);
    }
};

TEST_P(ListConformance, AnEmptyDatabaseHasAnEmptyPage) {
    const JobPage page = queries.list({}, 10, "");
    EXPECT_TRUE(page.jobs.empty());
    EXPECT_EQ(page.next, std::nullopt);
}

TEST_P(ListConformance, WithoutAStateTheNewestComeFirst) {
    auto ids = insert_many(5);
    settle(success_of(claim_one()));
    std::reverse(ids.begin(), ids.end());
    EXPECT_EQ(ids_of(listed({})), ids);
}

TEST_P(ListConformance, EnqueuedOnesComeAsTheyWillBeClaimed) {
    for (int i = 0; i < 12; ++i) {
        insert(job_in(i % 2 ? "one" : "two", (i * 5) % 4));
        clock.advance(400ms);
    }
    const auto shown = ids_of(listed(of_state(enqueued), 5));
    EXPECT_EQ(ids_of(claim(12)), shown);
}

TEST_P(ListConformance, ScheduledOnesComeByTheirInstant) {
    for (const auto delay : {5s, 1s, 3s, 1s}) {
        NewJob made = job();
        made.due_at = clock.now() + delay;
        insert(made);
    }
    const auto found = listed(of_state(scheduled), 3);
    ASSERT_EQ(found.size(), 4u);
    EXPECT_TRUE(std::is_sorted(found.begin(), found.end(), [](const Job& a, const Job& b) {
        return std::pair{std::get<Scheduled>(a.state).due_at, a.id} <
               std::pair{std::get<Scheduled>(b.state).due_at, b.id};
    }));
}

TEST_P(ListConformance, RunningOnesComeById) {
    std::vector<JobId> ids;
    for (int i = 0; i < 5; ++i)
        ids.push_back(insert(job_in("default", i)));
    claim(5);
    EXPECT_EQ(ids_of(listed(of_state(processing), 2)), ids);
}

TEST_P(ListConformance, FinalOnesComeFromTheLastThatEnded) {
    insert_many(9);
    const auto runs = claim(9);
    for (const std::size_t i : {4u, 0u, 7u, 1u}) {
        clock.advance(1s);
        settle(success_of(runs[i]));
    }
    EXPECT_EQ(ids_of(listed(of_state(succeeded), 3)),
              (std::vector{runs[1].id, runs[7].id, runs[0].id, runs[4].id}));
}

TEST_P(ListConformance, FinalOnesOfOneInstantComeFromTheNewest) {
    insert_many(5);
    std::vector<Settlement> batch;
    for (const ClaimedJob& run : claim(5))
        batch.push_back(failure_of(run));
    jobs.exchange(server, batch, {});
    const auto ids = ids_of(listed(of_state(failed), 2));
    EXPECT_EQ(ids.size(), 5u);
    EXPECT_TRUE(std::is_sorted(ids.rbegin(), ids.rend()));
}

TEST_P(ListConformance, PagesShowEveryJobOnce) {
    fill();
    EXPECT_EQ(listed({}).size(), 40u);
    expect_pages({});
}

TEST_P(ListConformance, PagesOfEachStateShowEveryJobOnce) {
    fill();
    std::size_t sum = 0;
    for (std::size_t state = 0; state < kStateNames.size(); ++state) {
        expect_pages(of_state(static_cast<StateName>(state)));
        for (const Job& found : listed(of_state(static_cast<StateName>(state)))) {
            EXPECT_EQ(name_of(found.state), static_cast<StateName>(state));
            ++sum;
        }
    }
    EXPECT_EQ(sum, 40u);
}

TEST_P(ListConformance, PagesOfEachFilterShowEveryJobOnce) {
    fill();
    for (const std::optional<StateName> state : {std::optional<StateName>{}, std::optional{enqueued},
                                                 std::optional{scheduled}, std::optional{succeeded}}) {
        const JobFilter queue{.state = state, .queue = QueueName{"one"}, .type = {}, .definition = {}};
        const JobFilter type{.state = state, .queue = {}, .type = "b.job", .definition = {}};
        const JobFilter both{.state = state, .queue = QueueName{"two"}, .type = "a.job", .definition = {}};
        for (const JobFilter& filter : {queue, type, both}) {
            expect_pages(filter);
            for (const Job& found : listed(filter)) {
                EXPECT_EQ(found.queue, filter.queue.value_or(found.queue));
                EXPECT_EQ(found.type, filter.type.value_or(found.type));
                EXPECT_EQ(name_of(found.state), state.value_or(name_of(found.state)));
            }
        }
    }
}

TEST_P(ListConformance, FiltersTogetherFindWhatEachOfThemFinds) {
    fill();
    std::size_t expected = 0;
    for (const Job& found : listed({}))
        expected += found.queue.value == "one" && found.type == "a.job" ? 1 : 0;
    EXPECT_EQ(listed({.state = {}, .queue = QueueName{"one"}, .type = "a.job", .definition = {}}).size(),
              expected);
    EXPECT_GT(expected, 0u);
}

TEST_P(ListConformance, NothingIsFoundUnderNamesThatAreNotThere) {
    fill();
    EXPECT_TRUE(listed({.state = {}, .queue = QueueName{"three"}, .type = {}, .definition = {}}).empty());
    EXPECT_TRUE(listed({.state = {}, .queue = {}, .type = "c.job", .definition = {}}).empty());
    EXPECT_TRUE(listed({.state = {}, .queue = {}, .type = {}, .definition = "d"}).empty());
    EXPECT_TRUE(listed({.state = {}, .queue = {}, .type = {}, .definition = ""}).empty());
    EXPECT_TRUE(listed(of_state(awaiting)).empty());
}

TEST_P(ListConformance, JobsOfADefinitionAreFound) {
    std::vector<Definition> two(2);
    two[0].name = "a";
    two[1].name = "b";
    for (Definition& definition : two)
        definition.type = "test.job";
    const SourceDefinitions source{"shop/jobs.yaml", two};
    apply_definitions(sources, "shop", "one", {&source, 1});
    for (int i = 0; i < 9; ++i) {
        NewJob made = job();
        if (i % 3) made.definition = definitions.find(i % 3 == 1 ? "a" : "b")->id;
        insert(made);
    }
    claim(4);
    for (const std::optional<StateName> state :
         {std::optional<StateName>{}, std::optional{enqueued}, std::optional{processing}}) {
        const JobFilter filter{.state = state, .queue = {}, .type = {}, .definition = "a"};
        expect_pages(filter);
        for (const Job& found : listed(filter))
            EXPECT_EQ(found.definition, "a");
    }
    EXPECT_EQ(listed({.state = {}, .queue = {}, .type = {}, .definition = "b"}).size(), 3u);
}

TEST_P(ListConformance, ALimitOfZeroShowsNothing) {
    insert_many(3);
    EXPECT_TRUE(queries.list({}, 0, "").jobs.empty());
    EXPECT_TRUE(queries.list(of_state(enqueued), 0, "").jobs.empty());
}

TEST_P(ListConformance, AFullLastPageHasNoJobBehindIt) {
    insert_many(6);
    JobPage page = queries.list({}, 6, "");
    EXPECT_EQ(page.jobs.size(), 6u);
    if (page.next) {
        page = queries.list({}, 6, *page.next);
    } else {
        page.jobs.clear();
    }
    EXPECT_TRUE(page.jobs.empty());
    EXPECT_EQ(page.next, std::nullopt);
}

TEST_P(ListConformance, NewJobsDoNotComeBetweenThePages) {
    const auto ids = insert_many(6);
    const JobPage first = queries.list({}, 3, "");
    insert_many(3);
    const JobPage second = queries.list({}, 10, first.next.value());
    EXPECT_EQ(ids_of(second.jobs), (std::vector{ids[2], ids[1], ids[0]}));
}

TEST_P(ListConformance, ACursorWhoseJobHasMovedOnStillPoints) {
    insert_many(6);
    const JobPage first = queries.list(of_state(enqueued), 3, "");
    claim(3);  // exactly those
    const auto rest = queries.list(of_state(enqueued), 10, first.next.value()).jobs;
    EXPECT_EQ(ids_of(rest), ids_of(listed(of_state(enqueued))));
    EXPECT_EQ(rest.size(), 3u);
}

TEST_P(ListConformance, AnotherProcessMayReadTheNextPage) {
    insert_many(6);
    const JobPage first = queries.list(of_state(enqueued), 4, "");
    EXPECT_EQ(database->open(clock)->queries().list(of_state(enqueued), 4, first.next.value()).jobs.size(),
              2u);
}

INSTANTIATE_TEST_SUITE_P(Databases, ListConformance, testing::ValuesIn(all_backends()), backend_name);

}  // namespace
}  // namespace jobhost::storage
