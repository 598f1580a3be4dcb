#include "tests/storage/conformance/conformance.hpp"

namespace jobhost::storage {
namespace {

class CursorConformance : public StorageConformance {
protected:
    std::vector<JobFilter> filters() const {
        return {
            {},
            {.state = enqueued, .queue = {}, .type = {}, .definition = {}},
            {.state = succeeded, .queue = {}, .type = {}, .definition = {}},
            {.state = failed, .queue = {}, .type = {}, .definition = {}},
            {.state = {}, .queue = QueueName{"default"}, .type = {}, .definition = {}},
            {.state = {}, .queue = {}, .type = "default", .definition = {}},
            {.state = enqueued, .queue = QueueName{"default"}, .type = {}, .definition = {}},
        };
    }
    // Three jobs that pass each of the filters.
    void fill() {
        insert_many(3, job("default"));
        insert_many(6, job("other"));
        std::vector<Settlement> batch;
        for (const ClaimedJob& run : claim(9))
            batch.push_back(batch.size() < 4 ? success_of(run) : failure_of(run));
        jobs.exchange(server, batch, {});
        insert_many(3, job("default"));
    }
};

TEST_P(CursorConformance, OneOfAnotherFilterIsRefused) {
    fill();
    for (std::size_t from = 0; from < filters().size(); ++from) {
        const auto cursor = queries.list(filters()[from], 2, "").next;
        ASSERT_TRUE(cursor.has_value()) << from;
        for (std::size_t to = 0; to < filters().size(); ++to) {
            if (to == from)
                EXPECT_NO_THROW(queries.list(filters()[to], 2, *cursor));
            else
                EXPECT_TRUE(is_refused([&] { queries.list(filters()[to], 2, *cursor); }))
                    << from << " " << to;
        }
    }
}

TEST_P(CursorConformance, WhatIsNoneIsRefused) {
    fill();
    for (const std::string& cursor :
         {std::string{"x"}, std::string{"-1"}, std::string{"0"}, std::string{"1"}, std::string{" "},
          std::string{"99999999999999999999"}, std::string{"' OR 1=1"}, std::string{"null"},
          std::string{"{}"}, std::string("\0", 1), std::string{"\xff"}, std::string(100000, 'A')})
        for (const JobFilter& filter : filters())
            EXPECT_TRUE(is_refused([&] { queries.list(filter, 2, cursor); }));
}

TEST_P(CursorConformance, OneThatWasCutOrLengthenedIsRefusedOrHarmless) {
    fill();
    for (const JobFilter& filter : filters()) {
        const std::string cursor = queries.list(filter, 2, "").next.value();
        for (std::size_t size = 1; size < cursor.size(); ++size)
            try {
                queries.list(filter, 2, cursor.substr(0, size));
            } catch (const StorageError& error) {
                EXPECT_EQ(error.kind(), StorageError::Kind::refused);
            }
        EXPECT_TRUE(is_refused([&] { queries.list(filter, 2, cursor + "!"); }));
    }
}

TEST_P(CursorConformance, ItIsPlainText) {
    NewJob odd = job("typé '\"\\ :id");
    odd.queue = QueueName{"queue \U0001F600"};
    insert_many(3, odd);
    const JobFilter filter{.state = enqueued, .queue = odd.queue, .type = odd.type, .definition = {}};
    EXPECT_EQ(listed(filter, 1).size(), 3u);
}

INSTANTIATE_TEST_SUITE_P(Databases, CursorConformance, testing::ValuesIn(all_backends()), backend_name);

}  // namespace
}  // namespace jobhost::storage
