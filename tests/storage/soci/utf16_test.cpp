#include "storage/soci/utf16.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace jobhost::storage {
namespace {

TEST(Utf16, CharactersOfEveryLengthComeBack) {
    const std::string text = "a\x7f ß߿ ࠀ€￿ 𐀀😀􏿿";
    EXPECT_EQ(to_utf8(to_utf16(text)), text);
    EXPECT_EQ(to_utf16("a€😀"), u"a€😀");
    EXPECT_EQ(to_utf16(""), u"");
    EXPECT_EQ(to_utf8(u""), "");
}

TEST(Utf16, ALoneSurrogateBecomesAReplacement) {
    EXPECT_EQ(to_utf8(std::u16string{u'a', 0xd83d, u'b'}), "a\ufffdb");
    EXPECT_EQ(to_utf8(std::u16string{0xde00, 0xd83d}), "\ufffd\ufffd");
}

TEST(Utf16, JsonInAsciiIsTheSameJson) {
    const std::string json = R"({"schöner":"Tag \n \u00e9 \" \\","😀":["ß",1]})";
    const std::string ascii = ascii_json(json);
    EXPECT_TRUE(is_ascii(ascii));
    EXPECT_FALSE(is_ascii(json));
    EXPECT_EQ(boost::json::parse(ascii), boost::json::parse(json));
    EXPECT_EQ(ascii_json("[\"ß😀\"]"), R"(["\u00df\ud83d\ude00"])");
}

TEST(Utf16, AsciiIsLeftAlone) {
    EXPECT_EQ(ascii_json(R"(["plain",1])"), R"(["plain",1])");
    EXPECT_TRUE(is_ascii(""));
}

}  // namespace
}  // namespace jobhost::storage
