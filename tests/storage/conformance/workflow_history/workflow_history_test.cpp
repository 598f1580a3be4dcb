// Random workflows in which a store must agree with the model.
#include "tests/storage/conformance/history/player.hpp"
#include "tests/storage/conformance/workflow_history/contest.hpp"

namespace jobhost::storage::workflow_history {
namespace {

constexpr std::size_t kLength = 80;

class WorkflowHistoryConformance : public testing::TestWithParam<Backend> {};

TEST_P(WorkflowHistoryConformance, TheStoreAgreesWithTheModel) {
    history::play_random_histories<Contest>(GetParam(), kLength, random_history);
}

INSTANTIATE_TEST_SUITE_P(Databases, WorkflowHistoryConformance, testing::ValuesIn(all_backends()),
                         backend_name);

TEST(RandomHistory, OfWorkflowsIsTheSameForTheSameSeed) {
    EXPECT_EQ(random_history(7, 50), random_history(7, 50));
    EXPECT_NE(random_history(7, 50), random_history(8, 50));
}

}  // namespace
}  // namespace jobhost::storage::workflow_history
