#include "host/execution/handed_in.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace jobhost::host {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr TimePoint kNow{1000s};

HandedInJob one(const std::string& text) {
    return read_handed_in(text, kNow).jobs.at(0);
}

std::string why(const std::string& text) {
    try {
        read_handed_in(text, kNow);
    } catch (const BadOrder& error) {
        return error.what();
    }
    return "it is taken";
}

TEST(HandedIn, AJobNeedsItsTypeOnly) {
    const HandedInJob order = one(R"({"type": "mail.send"})");

    EXPECT_EQ(order.job.type, "mail.send");
    EXPECT_FALSE(order.arguments || order.queue || order.priority || order.job.due_at);
}

TEST(HandedIn, EveryKeyIsRead) {
    const HandedInJob order = one(R"({"type": "mail.send", "args": {"to": ["a", 12345678901234567]},
        "queue": "mail", "priority": -5, "in": "10s", "expires_in": "1m", "delay": "5m",
        "after": ["12", 13], "on": "finished", "tags": ["a", "b", "a"], "limits": ["smtp", "tenant:acme"],
        "unique": {"key": "k", "while": "window", "window": "1h", "on_conflict": "replace"}, "batch": "7"})");

    EXPECT_EQ(order.arguments, R"({"to":["a",12345678901234567]})");
    EXPECT_EQ(order.queue, "mail");
    EXPECT_EQ(order.priority, -5);
    EXPECT_EQ(order.job.due_at, kNow + 10s);
    EXPECT_EQ(order.job.expires_at, kNow + 10s + 1min);
    EXPECT_EQ(order.job.delay, 5min);
    EXPECT_THAT(order.after, ElementsAre(12, 13));
    EXPECT_EQ(order.on, Condition::finished);
    EXPECT_THAT(order.job.tags, ElementsAre("a", "b"));
    EXPECT_THAT(order.job.limits, ElementsAre(LimitUse{"smtp", ""}, LimitUse{"tenant", "acme"}));
    EXPECT_EQ(order.job.unique, (Unique{"k", HeldWhile::window, 1h, OnConflict::replace}));
    EXPECT_EQ(order.job.batch, BatchId{7});
}

TEST(HandedIn, AListHoldsSeveral) {
    const HandedIn all =
        read_handed_in(R"([{"type": "a.b"}, {"type": "a.c", "at": "1970-01-01T00:00:05Z"}])", kNow);

    ASSERT_EQ(all.jobs.size(), 2u);
    EXPECT_EQ(all.jobs[1].job.due_at, TimePoint{5s});
    EXPECT_FALSE(all.batch_name);
}

TEST(HandedIn, JobsOfABatchNameEachOther) {
    const HandedIn all = read_handed_in(R"({"batch": {"name": "nightly",
        "jobs": [{"type": "a.load", "after": "sort"}, {"type": "a.sort", "name": "sort"}],
        "then": [{"type": "a.tell", "on": "finished", "after": ["12"]}]}})",
                                        kNow);

    EXPECT_EQ(all.batch_name, "nightly");
    ASSERT_EQ(all.jobs.size(), 3u);
    EXPECT_THAT(all.jobs[0].after_members, ElementsAre(1u));
    EXPECT_TRUE(all.jobs[0].is_member);
    EXPECT_FALSE(all.jobs[2].is_member);
    EXPECT_TRUE(all.jobs[2].follows_batch);
    EXPECT_EQ(all.jobs[2].on, Condition::finished);
    EXPECT_THAT(all.jobs[2].after, ElementsAre(12));
}

TEST(HandedIn, RefusalsNameTheCulprit) {
    EXPECT_THAT(why("{"), HasSubstr("not JSON"));
    EXPECT_THAT(why("[]"), HasSubstr("no job"));
    EXPECT_THAT(why("7"), HasSubstr("must be a JSON object"));
    EXPECT_THAT(why("{}"), HasSubstr("'type' is missing"));
    EXPECT_THAT(why(R"({"typ": "a.b"})"), HasSubstr("did you mean 'type'?"));
    EXPECT_THAT(why(R"({"type": "a.b", "args": []})"), HasSubstr("'args' must be a JSON object"));
    EXPECT_THAT(why(R"({"type": "a.b", "priority": 1001})"), HasSubstr("-1000 to 1000"));
    EXPECT_THAT(why(R"({"type": "a.b", "priority": "1"})"), HasSubstr("-1000 to 1000"));
    EXPECT_THAT(why(R"({"type": "a.b", "queue": "a b"})"), HasSubstr("the queue must be"));
    EXPECT_THAT(why(R"({"type": "a.b", "in": "soon"})"), HasSubstr("'in' must be a duration"));
    EXPECT_THAT(why(R"({"type": "a.b", "in": "1s", "at": "1970-01-01T00:00:05Z"})"),
                HasSubstr("not by both"));
    EXPECT_THAT(why(R"({"type": "a.b", "at": "tomorrow"})"), HasSubstr("must be an instant"));
    EXPECT_THAT(why(R"({"type": "a.b", "on": "failed"})"), HasSubstr("name that, too"));
    EXPECT_THAT(why(R"({"type": "a.b", "after": "1", "on": "ended"})"), HasSubstr("'on' must be one of"));
    EXPECT_THAT(why(R"({"type": "a.b", "after": "sort"})"), HasSubstr("'sort'"));
    EXPECT_THAT(why(R"({"type": "a.b", "after": -1})"), HasSubstr("by their ids"));
    EXPECT_THAT(why(R"({"type": "a.b", "unique": ""})"), HasSubstr("unique key"));
    EXPECT_THAT(why(R"({"type": "a.b", "unique": {"key": "k", "while": "window"}})"), HasSubstr("'window'"));
    EXPECT_THAT(why(R"({"type": "a.b", "limits": "a b"})"), HasSubstr("'limits'"));
    EXPECT_THAT(why(R"({"type": "a.b", "tags": [1]})"), HasSubstr("'tags'"));
    EXPECT_THAT(why(R"({"type": "a.b", "name": "x"})"), HasSubstr("'batch'"));
    EXPECT_THAT(why(R"({"batch": {"jobs": []}})"), HasSubstr("must have jobs"));
    EXPECT_THAT(why(R"({"batch": {"jobs": [{"type": "a.b", "name": "x"}, {"type": "a.b", "name": "x"}]}})"),
                HasSubstr("are called 'x'"));
    EXPECT_THAT(why(R"({"batch": {"jobs": [{"type": "a.b", "batch": "7"}]}})"), HasSubstr("another one"));
    EXPECT_THAT(why(std::string(200, '[') + std::string(200, ']')), HasSubstr("not JSON"));
    EXPECT_THAT(why("\"\xff\""), HasSubstr("UTF-8"));
}

TEST(HandedIn, MoreThanAThousandJobsAreTooMany) {
    std::string list = "[";
    for (int i = 0; i < 1000; ++i)
        list += R"({"type":"a.b"},)";
    EXPECT_EQ(why(list.substr(0, list.size() - 1) + "]"), "it is taken");
    EXPECT_THAT(why(list + R"({"type":"a.b"}])"), HasSubstr("at most 1000"));
}

TEST(HandedIn, RandomTextDoesNoHarm) {
    const std::string whole = R"({"batch":{"name":"n","jobs":[{"type":"a.b","name":"x","after":["x",1],
        "on":"failed","in":"1s","unique":{"key":"k","window":"1h"},"limits":["a:b"],"priority":1e3}]}})";
    std::mt19937 random{42};
    for (int round = 0; round < 20'000; ++round) {
        std::string text = whole;
        for (int flips = 0; flips < 3; ++flips)
            text[random() % text.size()] = R"({}[]",:0a1.-)"[random() % 13];
        why(text);  // nothing but BadOrder leaves it
    }
}

}  // namespace
}  // namespace jobhost::host
