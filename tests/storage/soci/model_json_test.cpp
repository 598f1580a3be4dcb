#include "storage/model_json.hpp"

#include <gtest/gtest.h>

namespace jobhost::storage {
namespace {

using namespace std::chrono_literals;

// What an earlier program wrote, which knew less.
TEST(ModelJson, TextsOfBeforeAreRead) {
    const std::string policy =
        R"({"retry":{"attempts":10,"backoff":{"kind":"hangfire"},"on_exhausted":"fail"},"timeout":3600000000,)"
        R"("kill_after":30000000,"retention":{"succeeded":86400000000,"failed":2592000000000,)"
        R"("deleted":86400000000,"count":null}})";
    Policy with_timeout;
    with_timeout.timeout = 1h;
    EXPECT_EQ(policy_from_json(policy), with_timeout);

    Definition expected;
    expected.policy = with_timeout;
    expected.name = "a";
    expected.type = "mail.send";
    expected.schedule = Every{1min, TimePoint{}};
    EXPECT_EQ(definition_from_json(R"({"name":"a","type":"mail.send","arguments":"{}","queue":"default",)"
                                   R"("priority":0,"delay":0,"policy":)" +
                                   policy + R"(,"schedule":{"every":60000000,"from":0}})"),
              expected);
}

TEST(ModelJson, ACronStaysAsItWasWritten) {
    for (const char* expression :
         {"H H(1-5) * * MON-FRI", "*/20 0\t0 LW * ?", "@Daily", "0 6 l-3w * *", "0 0 * * friL"}) {
        Definition definition;
        definition.name = "nightly-backup";
        definition.schedule = std::get<Cron>(Cron::parse(expression, "Europe/Istanbul", definition.name));
        const Definition read = definition_from_json(to_json(definition));
        EXPECT_EQ(read, definition) << expression;
        EXPECT_EQ(std::get<Cron>(read.schedule->recurrences.at(0).rule).expression(), expression);
    }
}

TEST(ModelJson, AScheduleStaysWhatItIs) {
    const TimePoint day{std::chrono::sys_days{std::chrono::year{2026} / 12 / 1}};
    Definition definition;
    definition.name = "a";
    definition.schedule = std::get<Cron>(Cron::parse("0 2 * * *", "Europe/Istanbul"));
    Recurrence& first = definition.schedule->recurrences.front();
    first.from = day;
    first.until = day + 24h;
    first.jitter = 90s;
    first.except.push_back(
        {"Europe/Istanbul", {*parse_day_range("2026-01-01"), *parse_day_range("2026-04-22..2026-04-26")}});
    definition.schedule->recurrences.push_back({.rule = At{day + 1us}});
    definition.schedule->recurrences.push_back({.rule = Every{1min, day}});
    definition.schedule->missed = Missed::run_all;
    definition.schedule->catch_ups = 7;
    definition.schedule->grace = 5s;
    definition.schedule->overlap = Overlap::replace;
    EXPECT_EQ(definition_from_json(to_json(definition)), definition);
}

TEST(ModelJson, AnEndOfRetriesThatIsNotKnownDeletesNothing) {
    Policy policy;
    policy.retry.on_exhausted = OnExhausted::remove;
    std::string text = to_json(policy);
    EXPECT_EQ(policy_from_json(text), policy);
    text.replace(text.find("delete\""), 6, "archive");
    EXPECT_EQ(policy_from_json(text), Policy{});
}

}  // namespace
}  // namespace jobhost::storage
