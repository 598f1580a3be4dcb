// Plays random histories, and makes one that fails as short as it gets.
#pragma once

#include "tests/storage/conformance/backend.hpp"
#include "tests/storage/conformance/history/choices.hpp"
#include "tests/storage/conformance/history/shrink.hpp"

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>

namespace jobhost::storage::history {

struct Played {
    std::string disagreement;  // empty: there was none
    std::string words;         // the steps, one a line
};

// A Player is made of a TestDatabase, performs steps, and has the last one in words; at the end it may
// compare all that there is.
template <class Player, class History>
Played play(const History& history, const Backend& backend) {
    Played played;
    const std::unique_ptr<TestDatabase> database = backend.create();
    std::optional<Player> player;
    const auto note = [&] {
        if (player) played.words += "  " + player->words() + (player->words().ends_with('\n') ? "" : "\n");
    };
    try {
        player.emplace(*database);
        for (const auto& step : history) {
            player->perform(step);
            note();
        }
        if constexpr (requires { player->compare_all(); }) player->compare_all();
    } catch (const Disagreement& disagreement) {
        note();
        played.disagreement = disagreement.what();
    } catch (const StorageError& error) {
        note();
        played.disagreement = "the database fails: " + std::string{error.what()};
    }
    return played;
}

inline std::optional<std::uint64_t> number_in(const char* variable) {
    const char* text = std::getenv(variable);
    return text == nullptr ? std::nullopt : std::optional<std::uint64_t>{std::strtoull(text, nullptr, 10)};
}

// JOBHOST_TEST_HISTORIES says how many (otherwise as many as two seconds allow), and JOBHOST_TEST_SEED from
// which seed on: what fails names the seed that makes it fail again.
template <class Player, class RandomHistory>
void play_random_histories(const Backend& backend, std::size_t length, RandomHistory random_history) {
    using Steady = std::chrono::steady_clock;
    constexpr std::chrono::seconds kMostShrinking{20};  // a fresh database for each try takes its time
    const std::uint64_t first = number_in("JOBHOST_TEST_SEED").value_or(20261120);
    const auto count = number_in("JOBHOST_TEST_HISTORIES");
    const auto enough = Steady::now() + std::chrono::seconds{2};
    for (std::uint64_t seed = first; count ? seed < first + *count : Steady::now() < enough; ++seed) {
        const auto history = random_history(seed, length);
        if (play<Player>(history, backend).disagreement.empty()) continue;
        const auto end = Steady::now() + kMostShrinking;
        const auto is_faulty = [&](const auto& candidate) {
            return Steady::now() < end && !play<Player>(candidate, backend).disagreement.empty();
        };
        const auto shortest = shrink(history, is_faulty);
        const Played played = play<Player>(shortest, backend);
        FAIL() << "JOBHOST_TEST_SEED=" << seed << ", " << shortest.size() << " of " << history.size()
               << " steps are left:\n"
               << played.words << "Then they disagree about " << played.disagreement;
    }
}

}  // namespace jobhost::storage::history
