// Rows of facts: cron_occurrences.tsv.
#include "storage/model/cron.hpp"
#include "storage/model/time_text.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

namespace jobhost {
namespace {

struct Row {
    int line;
    std::string expression, zone, bound, from, due;
};

std::vector<Row> rows() {
    std::ifstream file(CRON_OCCURRENCES);
    std::vector<Row> found;
    int number = 0;
    for (std::string line; std::getline(file, line);) {
        ++number;
        if (line.empty() || line.starts_with('#')) continue;
        std::istringstream words(line);
        Row row{number, "", "", "", "", ""};
        for (std::string* word : {&row.expression, &row.zone, &row.bound, &row.from, &row.due})
            if (!std::getline(words, *word, '\t')) throw std::invalid_argument(line);
        found.push_back(row);
    }
    return found;
}

std::string text(std::optional<TimePoint> instant) {
    return instant ? to_text(*instant) : "none";
}

TEST(CronOccurrences, AreThoseOfTheTable) {
    std::set<std::string> zones;
    const auto all = rows();
    ASSERT_GT(all.size(), 250U);
    for (const Row& row : all) {
        zones.insert(row.zone);
        const auto parsed = Cron::parse(row.expression, row.zone);
        ASSERT_TRUE(std::holds_alternative<Cron>(parsed)) << row.line;
        const auto from = parse_instant(row.from);
        ASSERT_TRUE(from) << row.line;
        const Bound bound = row.bound == "from" ? Bound::inclusive : Bound::exclusive;
        const auto due = std::get<Cron>(parsed).next(*from, bound);
        const auto expected = row.due == "none" ? std::nullopt : parse_instant(row.due);
        EXPECT_EQ(text(due), text(expected)) << "line " << row.line << ": " << row.expression << " in "
                                             << row.zone << ", " << row.bound << ' ' << row.from;
        if (due) {
            EXPECT_EQ(text(std::get<Cron>(parsed).previous(*due, Bound::inclusive)), text(due)) << row.line;
        }
    }
    EXPECT_GE(zones.size(), 15U);
}

TEST(CronOccurrences, AreFoundInMicroseconds) {
    constexpr int kRounds = 20'000;
    for (const char* expression :
         {"* * * * *", "30 2 * * *", "0 9 * * MON-FRI", "0 6 LW * *", "0 0 29 2 MON"}) {
        const auto cron = std::get<Cron>(Cron::parse(expression, "Europe/Berlin"));
        const TimePoint from = *parse_instant("2026-10-24T00:00:00Z");
        const auto start = std::chrono::steady_clock::now();
        for (int i = 0; i < kRounds; ++i)
            ASSERT_TRUE(cron.next(from + std::chrono::minutes{i}));
        // About 0.2 us on the machine that this was written on; the rest is room for busy ones and
        // sanitizers.
        EXPECT_LT(std::chrono::steady_clock::now() - start, kRounds * std::chrono::microseconds{50})
            << expression;
    }
}

}  // namespace
}  // namespace jobhost
