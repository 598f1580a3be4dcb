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

// "skipped 2026-03-29 02:00 to 2026-03-29 03:00", or "none".
std::string change(const char* expression, const char* zone, const char* due) {
    const auto change = std::get<Cron>(Cron::parse(expression, zone)).clock_change(*parse_instant(due));
    if (!change) return "none";
    constexpr const char* kKinds[] = {"skipped ", "once ", "first ", "second "};
    return kKinds[static_cast<int>(change->kind)] + change->begin + " to " + change->end;
}

TEST(CronClockChange, TellsWhatHappenedToADueInstant) {
    const char* const berlin = "Europe/Berlin";
    const std::string gap = "skipped 2026-03-29 02:00 to 2026-03-29 03:00";
    EXPECT_EQ(change("30 2 * * *", berlin, "2026-03-29T03:00:00+02:00"), gap);
    EXPECT_EQ(change("*/30 * * * *", berlin, "2026-03-29T03:00:00+02:00"), gap)
        << "due anyhow, for three times";
    EXPECT_EQ(change("0 3 * * *", berlin, "2026-03-29T03:00:00+02:00"), "none");
    EXPECT_EQ(change("30 2 * * *", berlin, "2026-03-30T02:30:00+02:00"), "none");
    EXPECT_EQ(change("*/30 * * * *", berlin, "2026-03-29T03:30:00+02:00"), "none");
    const std::string twice = "2026-10-25 02:00 to 2026-10-25 03:00";
    EXPECT_EQ(change("30 2 * * *", berlin, "2026-10-25T02:30:00+02:00"), "once " + twice);
    EXPECT_EQ(change("*/30 * * * *", berlin, "2026-10-25T02:30:00+02:00"), "first " + twice);
    EXPECT_EQ(change("*/30 * * * *", berlin, "2026-10-25T02:00:00+01:00"), "second " + twice);
    EXPECT_EQ(change("*/30 * * * *", berlin, "2026-10-25T03:00:00+01:00"), "none");
    EXPECT_EQ(change("0 12 * * *", "Pacific/Apia", "2011-12-31T00:00:00+14:00"),
              "skipped 2011-12-30 00:00 to 2011-12-31 00:00");
}

TEST(CronOccurrences, GoBackAsTheyCame) {
    const auto text_of_previous = [](const char* expression, const char* zone, const char* before,
                                     Bound bound) {
        const auto found =
            std::get<Cron>(Cron::parse(expression, zone)).previous(*parse_instant(before), bound);
        return text(found).substr(0, 19);
    };
    using enum Bound;
    const char* const berlin = "Europe/Berlin";
    EXPECT_EQ(text_of_previous("30 2 * * *", berlin, "2026-03-29T12:00:00Z", exclusive),
              "2026-03-29T01:00:00");
    EXPECT_EQ(text_of_previous("30 2 * * *", berlin, "2026-03-29T01:00:00Z", inclusive),
              "2026-03-29T01:00:00");
    EXPECT_EQ(text_of_previous("30 2 * * *", berlin, "2026-03-29T01:00:00Z", exclusive),
              "2026-03-28T01:30:00");
    EXPECT_EQ(text_of_previous("30 2 * * *", berlin, "2026-10-25T01:45:00Z", exclusive),
              "2026-10-25T00:30:00");
    EXPECT_EQ(text_of_previous("*/30 2 * * *", berlin, "2026-10-25T01:15:00Z", exclusive),
              "2026-10-25T01:00:00");
    EXPECT_EQ(text_of_previous("*/30 2 * * *", berlin, "2026-10-25T01:00:00Z", exclusive),
              "2026-10-25T00:30:00");
    EXPECT_EQ(text_of_previous("* * * * * *", "UTC", "2026-01-01T00:00:00.500000Z", exclusive),
              "2026-01-01T00:00:00");
    EXPECT_EQ(text_of_previous("* * * * * *", "UTC", "2026-01-01T00:00:00.500000Z", inclusive),
              "2026-01-01T00:00:00");
    EXPECT_EQ(text_of_previous("0 0 29 2 *", "UTC", "2104-02-01T00:00:00Z", exclusive),
              "2096-02-29T00:00:00");
    const auto every_minute = std::get<Cron>(Cron::parse("* * * * *"));
    EXPECT_EQ(every_minute.previous(TimePoint::min()), std::nullopt);
    EXPECT_EQ(every_minute.next(TimePoint::max()), std::nullopt);
    EXPECT_TRUE(every_minute.next(TimePoint::min()));
    EXPECT_TRUE(every_minute.previous(TimePoint::max()));
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
