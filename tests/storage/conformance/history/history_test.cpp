// Random histories in which a store must agree with the model. JOBHOST_TEST_HISTORIES says how many
// (otherwise as many as two seconds allow), and JOBHOST_TEST_SEED from which seed on: what fails names the
// seed that makes it fail again.
#include "tests/storage/conformance/history/history.hpp"

#include "tests/storage/conformance/backend.hpp"
#include "tests/storage/conformance/history/duel.hpp"
#include "tests/storage/conformance/history/shrink.hpp"

#include <cstdlib>

namespace jobhost::storage::history {
namespace {

constexpr std::size_t kLength = 60;
constexpr std::chrono::seconds kMostShrinking{20};  // a fresh database for each try takes its time

using Steady = std::chrono::steady_clock;

std::optional<std::uint64_t> number_in(const char* variable) {
    const char* text = std::getenv(variable);
    return text == nullptr ? std::nullopt : std::optional<std::uint64_t>{std::strtoull(text, nullptr, 10)};
}

struct Played {
    std::string disagreement;  // empty: there was none
    std::string told;          // the steps in words, one a line
};

Played play(const History& history, const Backend& backend) {
    Played played;
    const std::unique_ptr<TestDatabase> database = backend.create();
    Duel duel{*database};
    const auto tell = [&](const std::string& step) {
        played.told += "  " + step + (step.ends_with('\n') ? "" : "\n");
    };
    try {
        for (const Step& step : history) {
            duel.perform(step);
            tell(duel.told());
        }
        duel.compare_all();
    } catch (const Disagreement& disagreement) {
        tell(duel.told());
        played.disagreement = disagreement.what();
    } catch (const StorageError& error) {
        tell(duel.told());
        played.disagreement = "the database fails: " + std::string{error.what()};
    }
    return played;
}

class HistoryConformance : public testing::TestWithParam<Backend> {};

TEST_P(HistoryConformance, TheStoreAgreesWithTheModel) {
    const std::uint64_t first = number_in("JOBHOST_TEST_SEED").value_or(20261120);
    const auto count = number_in("JOBHOST_TEST_HISTORIES");
    const auto enough = Steady::now() + std::chrono::seconds{2};
    for (std::uint64_t seed = first; count ? seed < first + *count : Steady::now() < enough; ++seed) {
        const History history = random_history(seed, kLength);
        if (play(history, GetParam()).disagreement.empty()) continue;
        const auto end = Steady::now() + kMostShrinking;
        const auto is_faulty = [&](const History& candidate) {
            return Steady::now() < end && !play(candidate, GetParam()).disagreement.empty();
        };
        const History shortest = shrink(history, is_faulty);
        const Played played = play(shortest, GetParam());
        FAIL() << "JOBHOST_TEST_SEED=" << seed << ", " << shortest.size() << " of " << history.size()
               << " steps are left:\n"
               << played.told << "Then they disagree about " << played.disagreement;
    }
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
