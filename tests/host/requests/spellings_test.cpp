#include "host/requests/spellings.hpp"

#include <gtest/gtest.h>

namespace jobhost::host {
namespace {

TEST(Spellings, AnIdIsAWholeNumberFromOneOn) {
    EXPECT_EQ(parse_id("12"), 12);
    EXPECT_EQ(parse_id("9223372036854775807"), 9223372036854775807);
    for (const char* text : {"", "0", "-1", "+1", "1.0", " 1", "1 ", "x", "9223372036854775808"})
        EXPECT_FALSE(parse_id(text)) << text;
}

TEST(Spellings, AKeyIsHeldForAWhileOrAWindow) {
    Unique unique;
    EXPECT_TRUE(parse_held_while("queued", unique));
    EXPECT_EQ(unique.held, HeldWhile::queued);
    EXPECT_TRUE(parse_held_while("until_started", unique));
    EXPECT_EQ(unique.held, HeldWhile::until_started);
    EXPECT_TRUE(parse_held_while("window(1h30m)", unique));
    EXPECT_EQ(unique.held, HeldWhile::window);
    EXPECT_EQ(unique.window, std::chrono::minutes{90});

    const Unique before = unique;
    for (const char* text : {"", "window", "window()", "window(0s)", "window(1us)", "window(999ms)",
                             "window(soon)", "window(1h", "forever"})
        EXPECT_FALSE(parse_held_while(text, unique)) << text;
    EXPECT_EQ(unique, before);
}

TEST(Spellings, ALimitMayHaveAKeyWithAnythingInIt) {
    EXPECT_EQ(parse_limit_use("smtp"), (LimitUse{"smtp", ""}));
    EXPECT_EQ(parse_limit_use("tenant:a:b c"), (LimitUse{"tenant", "a:b c"}));
    EXPECT_EQ(parse_limit_use("smtp:"), (LimitUse{"smtp", ""}));
    for (const char* text : {"", ":key", "a b", "a/b:key"})
        EXPECT_FALSE(parse_limit_use(text)) << text;
    EXPECT_EQ(spelling_of({"tenant", "a:b"}), "tenant:a:b");
    EXPECT_EQ(spelling_of({"smtp", ""}), "smtp");
}

TEST(Spellings, ConflictsHaveNames) {
    EXPECT_EQ(parse_on_conflict("skip"), OnConflict::skip);
    EXPECT_EQ(parse_on_conflict("fail"), OnConflict::fail);
    EXPECT_FALSE(parse_on_conflict("ignore"));
}

}  // namespace
}  // namespace jobhost::host
