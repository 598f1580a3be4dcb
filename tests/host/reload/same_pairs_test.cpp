#include "host/reload/same_pairs.hpp"

#include <gtest/gtest.h>

namespace jobhost::host {
namespace {

using Pairs = std::vector<std::pair<std::size_t, std::size_t>>;

struct Counted {
    int value = 0;
    static inline long comparisons = 0;
    friend bool operator<(const Counted& one, const Counted& other) {
        ++comparisons;
        return one.value < other.value;
    }
};

TEST(SamePairs, EachStandsInOnePairAndTheFirstComesFirst) {
    EXPECT_EQ(same_pairs<int>({1, 2, 2, 2, 3}, {2, 9, 1, 2}), (Pairs{{0, 2}, {1, 0}, {2, 3}}));
    EXPECT_EQ(same_pairs<int>({}, {1}), Pairs{});
    EXPECT_EQ(same_pairs<int>({1}, {}), Pairs{});
}

TEST(SamePairs, ThousandsAreNotComparedWithThousands) {
    std::vector<Counted> gone;
    std::vector<Counted> come;
    for (int i = 0; i < 5000; ++i) {
        gone.push_back({i});
        come.push_back({i % 2 == 0 ? 4999 - i : 10'000 + i});
    }
    Counted::comparisons = 0;
    EXPECT_EQ(same_pairs(gone, come).size(), 2500u);
    EXPECT_LT(Counted::comparisons, 10'000 * 30) << "and not 25 million";
}

}  // namespace
}  // namespace jobhost::host
