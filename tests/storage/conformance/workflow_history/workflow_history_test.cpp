// Random workflows in which a store must agree with the model. JOBHOST_TEST_HISTORIES says how many
// (otherwise as many as two seconds allow), and JOBHOST_TEST_SEED from which seed on: what fails names the
// seed that makes it fail again.
#include "tests/storage/conformance/backend.hpp"
#include "tests/storage/conformance/history/shrink.hpp"
#include "tests/storage/conformance/workflow_history/contest.hpp"

#include <cstdlib>

namespace jobhost::storage::workflow_history {
namespace {

constexpr std::size_t kLength = 80;
constexpr std::chrono::seconds kMostShrinking{20};  // a fresh database for each try takes its time

using Steady = std::chrono::steady_clock;

std::optional<std::uint64_t> number_in(const char* variable) {
    const char* text = std::getenv(variable);
    return text == nullptr ? std::nullopt : std::optional<std::uint64_t>{std::strtoull(text, nullptr, 10)};
}

struct Played {
    std::string disagreement;  // empty: there was none
    std::string words;         // the steps, one a line
};

Played play(const History& history, const Backend& backend) {
    Played played;
    const std::unique_ptr<TestDatabase> database = backend.create();
    std::optional<Contest> contest;
    const auto note = [&] {
        if (contest) played.words += "  " + contest->words() + "\n";
    };
    try {
        contest.emplace(*database);
        for (const Step& step : history) {
            contest->perform(step);
            note();
        }
    } catch (const history::Disagreement& disagreement) {
        note();
        played.disagreement = disagreement.what();
    } catch (const StorageError& error) {
        note();
        played.disagreement = "the database fails: " + std::string{error.what()};
    }
    return played;
}

class WorkflowHistoryConformance : public testing::TestWithParam<Backend> {};

TEST_P(WorkflowHistoryConformance, TheStoreAgreesWithTheModel) {
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
        const History shortest = history::shrink(history, is_faulty);
        const Played played = play(shortest, GetParam());
        FAIL() << "JOBHOST_TEST_SEED=" << seed << ", " << shortest.size() << " of " << history.size()
               << " steps are left:\n"
               << played.words << "Then they disagree about " << played.disagreement;
    }
}

INSTANTIATE_TEST_SUITE_P(Databases, WorkflowHistoryConformance, testing::ValuesIn(all_backends()),
                         backend_name);

TEST(RandomHistory, OfWorkflowsIsTheSameForTheSameSeed) {
    EXPECT_EQ(random_history(7, 50), random_history(7, 50));
    EXPECT_NE(random_history(7, 50), random_history(8, 50));
}

}  // namespace
}  // namespace jobhost::storage::workflow_history
