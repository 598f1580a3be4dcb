// Random histories in which a store must agree with the model.
#include "tests/storage/conformance/history/history.hpp"

#include "tests/storage/conformance/history/duel.hpp"
#include "tests/storage/conformance/history/player.hpp"

namespace jobhost::storage::history {
namespace {

constexpr std::size_t kLength = 60;

class HistoryConformance : public testing::TestWithParam<Backend> {};

TEST_P(HistoryConformance, TheStoreAgreesWithTheModel) {
    play_random_histories<Duel>(GetParam(), kLength, random_history);
}

INSTANTIATE_TEST_SUITE_P(Databases, HistoryConformance, testing::ValuesIn(all_backends()), backend_name);

TEST(Shrink, LeavesWhatTheFaultNeeds) {
    const History history = random_history(1, 200);
    const auto claims_after_an_insert = [](const History& candidate) {
        bool has_inserted = false;
        for (const Step& step : candidate) {
            if (has_inserted && step.deed == Deed::claim && step.choices[0] >= 2) return true;
            has_inserted = has_inserted || step.deed == Deed::insert;
        }
        return false;
    };
    ASSERT_TRUE(claims_after_an_insert(history));

    const History shortest = shrink(history, claims_after_an_insert);
    ASSERT_EQ(shortest.size(), 2u);
    EXPECT_EQ(shortest[0].deed, Deed::insert);
    EXPECT_EQ(shortest[1].deed, Deed::claim);
    EXPECT_EQ(shortest[1].choices[0], 2u);
    EXPECT_EQ(shortest[1].choices[1], 0u);
}

TEST(Shrink, EndsWhenItHasAskedEnough) {
    int asked = 0;
    shrink(
        random_history(1, 200), [&](const History&) { return ++asked < 0; }, 50);
    EXPECT_EQ(asked, 50);
}

TEST(RandomHistory, IsTheSameForTheSameSeed) {
    EXPECT_EQ(random_history(7, 50), random_history(7, 50));
    EXPECT_NE(random_history(7, 50), random_history(8, 50));
}

}  // namespace
}  // namespace jobhost::storage::history
