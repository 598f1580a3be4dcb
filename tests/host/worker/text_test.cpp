#include "host/worker/json_text.hpp"
#include "host/worker/limits.hpp"
#include "host/worker/name_rules.hpp"
#include "host/worker/utf8.hpp"

#include <gtest/gtest.h>

namespace jobhost::worker {
namespace {

constexpr const char* kReplacement = "\xEF\xBF\xBD";

TEST(Utf8, ValidTextStaysAsItIs) {
    EXPECT_EQ(clean_utf8("plain, é, €, 😀"), "plain, é, €, 😀");
}

TEST(Utf8, InvalidBytesAndNulAreReplaced) {
    EXPECT_EQ(clean_utf8(std::string_view{"a\0b", 3}), std::string{"a"} + kReplacement + "b");
    EXPECT_EQ(clean_utf8("\xC3"), kReplacement);                                  // cut off
    EXPECT_EQ(clean_utf8("\xC0\x80"), std::string{kReplacement} + kReplacement);  // overlong
    EXPECT_EQ(clean_utf8("\xED\xA0\x80"),
              std::string{kReplacement} + kReplacement + kReplacement);  // surrogate
    EXPECT_EQ(clean_utf8("\xF4\x90\x80\x80").size(), 12u);               // beyond U+10FFFF
}

TEST(Utf8, CutSplitsNoCharacter) {
    EXPECT_EQ(cut_utf8("aé", 2), "a");
    EXPECT_EQ(cut_utf8("aé", 3), "aé");
    EXPECT_EQ(cut_utf8("😀", 3), "");
}

TEST(JsonText, KnowsJsonFromOtherText) {
    for (const char* text : {"{}", "[1, 2.5e3, null]", " \"x\" ", "true", R"({"a": {"b": "\u00e9"}})"})
        EXPECT_TRUE(is_json(text)) << text;
    for (const char* text : {"", "{", "{} {}", "nul", "\"\xFF\"", "{'a': 1}", "01", "[1e999]", "-1e999"})
        EXPECT_FALSE(is_json(text)) << text;
}

TEST(JsonText, NestingIsBounded) {
    const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
    EXPECT_TRUE(is_json(nested(kMaxJsonDepth)));
    EXPECT_FALSE(is_json(nested(kMaxJsonDepth + 1)));
    EXPECT_FALSE(is_json(std::string(1 << 20, '[')));
}

TEST(NameRules, NamesAreLowerCaseWords) {
    for (const char* name : {"a", "resize", "send_2_people"})
        EXPECT_TRUE(is_name(name)) << name;
    for (const char* name : {"", "2a", "_a", "Resize", "a.b", "a-b", "é"})
        EXPECT_FALSE(is_name(name)) << name;
    EXPECT_FALSE(is_name(std::string(kMaxName + 1, 'a')));
}

}  // namespace
}  // namespace jobhost::worker
