#include "storage/model/schedule.hpp"

#include "storage/model/time_text.hpp"
#include "tests/config/folder.hpp"

namespace jobhost::config {
namespace {

using namespace std::chrono_literals;

class ScheduleFile : public FolderTest {
protected:
    std::optional<Schedule> schedule(std::string_view text) {
        return definition("jobs:\n  a: {type: x.y, schedule: " + std::string(text) + "}\n").schedule;
    }
};

Schedule cron(std::string_view expression, std::string_view zone = "UTC") {
    return std::get<Cron>(Cron::parse(expression, zone));
}

TEST_F(ScheduleFile, ScheduleIsCronOrEvery) {
    EXPECT_EQ(schedule("\"0 2 * * *\""), cron("0 2 * * *"));
    EXPECT_EQ(schedule("\"@daily\""), cron("@daily"));
    EXPECT_EQ(schedule("{cron: \"0 2 * * *\", time_zone: Europe/Istanbul}"),
              cron("0 2 * * *", "Europe/Istanbul"));
    EXPECT_EQ(schedule("{every: 30s}"), Schedule{Every{.period = 30s}});
    EXPECT_EQ(schedule("{every: 1h, from: \"2026-12-01T09:00:00+03:00\"}"),
              (Schedule{Every{.period = 1h, .anchor = *parse_instant("2026-12-01T06:00:00Z")}}));
}

TEST_F(ScheduleFile, CronErrorNamesTheField) {
    EXPECT_EQ(job_says("schedule: \"0 25 * * *\""),
              "27  jobs.a.schedule  hour must be 0 to 23, is 25, at character 3  write numbers of 0 to 23, a "
              "range like 8-17, or a step like */6");
    EXPECT_EQ(job_says("schedule: {cron: \"0 0 * *\"}"),
              "34  jobs.a.schedule.cron  must have five fields (minute, hour, day of month, month, day of "
              "week), has 4  write five, or six with the second in front");
}

TEST_F(ScheduleFile, HIsSpreadByTheNameOfTheDefinition) {
    const auto spread = Cron::parse("H H * * *", "UTC", "a");
    EXPECT_EQ(schedule("\"H H * * *\""), Schedule{std::get<Cron>(spread)});
    EXPECT_EQ(std::get<Cron>(spread).expression(), "H H * * *");
}

TEST_F(ScheduleFile, UnknownTimeZoneIsRefused) {
    EXPECT_EQ(
        job_says("schedule: {cron: \"0 99 * * *\", time_zone: Europe/Ankara}"),
        "34  jobs.a.schedule.cron  hour must be 0 to 23, is 99, at character 3  write numbers of 0 to 23, "
        "a range like 8-17, or a step like */6\n"
        "59  jobs.a.schedule.time_zone  time zone 'Europe/Ankara' is unknown  write an IANA name, like "
        "Europe/Istanbul");
}

TEST_F(ScheduleFile, ScheduleThatNeverFiresIsRefused) {
    EXPECT_EQ(
        job_says("schedule: \"0 0 31 2 *\""),
        "27  jobs.a.schedule  never fires: no date is like '0 0 31 2 *'  day of month, month and day of "
        "week must all match");
}

TEST_F(ScheduleFile, CronAndEveryDoNotMix) {
    EXPECT_EQ(job_says("schedule: {cron: \"@daily\", every: 1h}"),
              "51  jobs.a.schedule.every  cannot stand beside 'cron'  keep one of them, or write a list of "
              "schedules");
    EXPECT_EQ(job_says("schedule: {}"),
              "27  jobs.a.schedule  has neither 'cron', 'every' nor 'at'  write one of them");
    EXPECT_EQ(job_says("schedule: {time_zone: UTC}"),
              "27  jobs.a.schedule  has neither 'cron', 'every' nor 'at'  write one of them");
    EXPECT_EQ(job_says("schedule: {every: 1h, time_zone: UTC}"),
              "50  jobs.a.schedule.time_zone  belongs to 'cron'");
    EXPECT_EQ(job_says("schedule: {at: 2026-01-01T00:00Z, from: 2026-01-01T00:00Z}"),
              "57  jobs.a.schedule.from  belongs to 'cron' or 'every'");
}

TEST_F(ScheduleFile, EveryIsAtLeastASecondAndFromAnInstant) {
    EXPECT_EQ(job_says("schedule: {every: 999ms}"),
              "35  jobs.a.schedule.every  must be 1s to 36525d, is '999ms'");
    EXPECT_EQ(job_says("schedule: {every: 1h, from: 2026-12-01}"),
              "45  jobs.a.schedule.from  must be an instant, is '2026-12-01'  write it like "
              "2026-12-01T09:00:00+03:00, "
              "with Z or an offset");
}

TEST_F(ScheduleFile, ScheduleMayHaveBounds) {
    Schedule expected = cron("0 6 * * *", "Europe/Istanbul");
    expected.recurrences[0].from = parse_instant("2026-01-01T00:00:00Z");
    expected.recurrences[0].until = parse_instant("2026-02-01T00:00:00Z");
    expected.recurrences[0].jitter = 5min;
    EXPECT_EQ(schedule("{cron: \"0 6 * * *\", time_zone: Europe/Istanbul, from: 2026-01-01T00:00Z, "
                       "until: 2026-02-01T00:00Z, jitter: 5m}"),
              expected);
    EXPECT_EQ(schedule("{at: \"2026-12-01T09:00:00+03:00\"}"),
              Schedule{At{*parse_instant("2026-12-01T06:00:00Z")}});
    EXPECT_EQ(job_says("schedule: {every: 1h, from: 2026-01-02T00:00Z, until: 2026-01-02T00:00Z}"),
              "71  jobs.a.schedule.until  is not after 'from'  nothing would be due; let it be later");
}

TEST_F(ScheduleFile, ScheduleMayBeAList) {
    Schedule expected = cron("0 6 * * *");
    expected.recurrences.push_back({.rule = Every{.period = 7h}});
    expected.overlap = Overlap::skip;
    expected.missed = Missed::run_all;
    expected.catch_ups = 5;
    expected.grace = 2min;
    EXPECT_EQ(schedule("[\"0 6 * * *\", {every: 7h, overlap: skip, missed: {run_all: 5}, grace: 2m}]"),
              expected);
    EXPECT_EQ(
        job_says("schedule: [{every: 7h, overlap: skip}, {every: 8h, overlap: skip}]"),
        "77  jobs.a.schedule[1].overlap  is said twice  it holds for all schedules of the list: keep one");
    EXPECT_EQ(job_says("schedule: {every: 1m, missed: {}}"),
              "47  jobs.a.schedule.missed  has no 'run_all'  write missed: {run_all: 10}, or a word alone");
}

TEST_F(ScheduleFile, DaysMatchAllOrAny) {
    EXPECT_EQ(schedule("{cron: \"0 6 13 * 5\"}"), cron("0 6 13 * 5"));
    EXPECT_EQ(schedule("{cron: \"0 6 13 * 5\", day_match: all}"), cron("0 6 13 * 5"));
    Schedule any = cron("0 6 13 * *");
    any.recurrences.push_back({.rule = std::get<Cron>(Cron::parse("0 6 * * 5"))});
    EXPECT_EQ(schedule("{cron: \" 0 6\t13 * 5\", day_match: any}"), any);
    EXPECT_EQ(schedule("{cron: \"0 6 13 * *\", day_match: any}"), cron("0 6 13 * *"));
    EXPECT_EQ(schedule("{cron: \"@weekly\", day_match: any}"), cron("@weekly"));
    EXPECT_EQ(schedule("{cron: \"0 0 31 2 1\", day_match: any}"), cron("0 0 * 2 1"));
}

TEST_F(ScheduleFile, CalendarsAreNamed) {
    const Definition read = definition(
        "jobs:\n  a: {type: x.y, schedule: {every: 1h, except: [holidays, freeze]}}\n"
        "calendars:\n  holidays: {time_zone: Europe/Istanbul, days: [2026-01-01, 2026-04-22..2026-04-26]}\n"
        "  freeze: [2026-12-31]\n");
    EXPECT_EQ(
        read.schedule.value().recurrences.at(0).except,
        (std::vector<Calendar>{
            {"Europe/Istanbul", {*parse_day_range("2026-01-01"), *parse_day_range("2026-04-22..2026-04-26")}},
            {"UTC", {*parse_day_range("2026-12-31")}}}));
    EXPECT_EQ(
        job_says("schedule: {every: 1h, except: holidays}"),
        "47  jobs.a.schedule.except  names the calendar 'holidays', which is not in this file  write it "
        "under 'calendars', beside 'jobs'");
    EXPECT_EQ(jobs_say("jobs: {a: {type: x.y}}\ncalendars: {c: {days: [2026-02-30], time_zone: Mars}}\n"),
              "jobs.yaml:2:24  calendars.c.days[0]  must be a day or a range of days, is '2026-02-30'  write "
              "2026-01-01, or 2026-04-22..2026-04-26 with both days\n"
              "jobs.yaml:2:48  calendars.c.time_zone  time zone 'Mars' is unknown  write an IANA name, like "
              "Europe/Istanbul");
}

TEST_F(ScheduleFile, WhatEachDefinitionCopiesIsBounded) {
    std::string days;
    for (int i = 0; i < 1001; ++i)
        days += "2026-01-01, ";
    EXPECT_NE(
        jobs_say("calendars: {c: [" + days + "]}").find("has 1001 days and ranges  at most 1000 are allowed"),
        std::string::npos);
    EXPECT_NE(
        jobs_say(
            "calendars: {c: [2026-01-01]}\njobs: {a: {type: a.b, schedule: {every: 1h, except: [c, c]}}}")
            .find("names the calendar 'c' again"),
        std::string::npos);
    std::string rules;
    for (int i = 0; i < 101; ++i)
        rules += "'@daily', ";
    EXPECT_NE(jobs_say("jobs: {a: {type: a.b, schedule: [" + rules + "]}}").find("has 101 schedules"),
              std::string::npos);
}

TEST_F(ScheduleFile, ScheduleOfAnotherKindIsRefused) {
    EXPECT_EQ(job_says("schedule: []"),
              "27  jobs.a.schedule  is an empty list  write a schedule into it, or remove the key");
    EXPECT_EQ(jobs_say("jobs:\n  a:\n    type: x.y\n    schedule:\n"),
              "jobs.yaml:4:5  jobs.a.schedule  has no value  write one or remove the key");
}

}  // namespace
}  // namespace jobhost::config
