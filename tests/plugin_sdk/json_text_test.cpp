#include <jobhost/json_text.hpp>

#include <gtest/gtest.h>

#include <string>

namespace jobhost {

TEST(JsonText, QuotesAndEscapes) {
    EXPECT_EQ(json_text(""), R"("")");
    EXPECT_EQ(json_text("a\"b\\c\n\t\r"), R"("a\"b\\c\n\t\u000d")");
    EXPECT_EQ(json_text(std::string_view("\0\x1F\x7F", 3)), "\"\\u0000\\u001f\\u007f\"");
    EXPECT_EQ(json_text("ğüş 🙂"), "\"ğüş 🙂\"");
}

TEST(Utf8Text, ValidTextIsUntouched) {
    for (const std::string text : {"", "plain", "é", "€", "\xF4\x8F\xBF\xBF", "\xED\x9F\xBF", "\xEE\x80\x80"})
        EXPECT_EQ(utf8_text(text), text);
}

TEST(Utf8Text, EachByteThatIsNotUtf8IsReplaced) {
    const std::string bad = "\xEF\xBF\xBD";
    EXPECT_EQ(utf8_text("\xFF"), bad);
    EXPECT_EQ(utf8_text("a\x80z"), "a" + bad + "z");
    EXPECT_EQ(utf8_text("\xE2\x82"), bad + bad) << "cut in the middle";
    EXPECT_EQ(utf8_text("\xC0\xAF"), bad + bad) << "overlong";
    EXPECT_EQ(utf8_text("\xE0\x80\x80"), bad + bad + bad) << "overlong";
    EXPECT_EQ(utf8_text("\xED\xA0\x80"), bad + bad + bad) << "surrogate";
    EXPECT_EQ(utf8_text("\xF4\x90\x80\x80"), bad + bad + bad + bad) << "above U+10FFFF";
}

}  // namespace jobhost
