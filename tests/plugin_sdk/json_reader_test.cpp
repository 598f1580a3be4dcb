// The SDK's reader of JSON, against Boost.JSON as the host uses it.
#include <jobhost/detail/testing/json_reader.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

namespace jobhost::test {

using detail::Json;
using detail::JsonReader;
namespace json = boost::json;

std::string refusal(std::string_view text) {
    try {
        JsonReader::read(text);
        return "none";
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
}

// The same value, for Boost.
json::value to_boost(const Json& value) {
    if (const auto* list = value.as<Json::List>()) {
        json::array array;
        for (const Json& element : *list)
            array.push_back(to_boost(element));
        return array;
    }
    if (const auto* object = value.as<Json::Object>()) {
        json::object members;
        for (const Json::Member& member : *object)
            members[member.name] = to_boost(member.value);
        return members;
    }
    if (const auto* text = value.as<std::string>()) return json::value(*text);
    if (const auto* boolean = value.as<bool>()) return *boolean;
    if (const auto* whole = value.as<std::int64_t>()) return *whole;
    if (const auto* large = value.as<std::uint64_t>()) return *large;
    if (const auto* number = value.as<double>()) return *number;
    return nullptr;
}

// What Boost reads, or nothing.
std::optional<json::value> boost_reads(std::string_view text) {
    json::parse_options options;
    options.max_depth = 100;
    json::error_code error;
    json::value value = json::parse(json::string_view(text.data(), text.size()), error, {}, options);
    if (error) return std::nullopt;
    return value;
}

void expect_same(const std::string& text) {
    const auto expected = boost_reads(text);
    try {
        const json::value read = to_boost(JsonReader::read(text));
        ASSERT_TRUE(expected) << "Boost refuses " << text;
        EXPECT_EQ(json::serialize(read), json::serialize(*expected)) << text;
    } catch (const std::invalid_argument& error) {
        // Boost reads an infinity, which the host refuses in a step of its own.
        if (std::string_view(error.what()).ends_with("the number is too large")) return;
        EXPECT_FALSE(expected) << text << ": " << error.what();
    }
}

TEST(JsonReader, ReadsEveryKindOfValue) {
    const Json read = JsonReader::read(
        R"( {"a":null,"b":[true,false, -1 ,1.5,"x"],"c":{"d":18446744073709551615},"e":[],"f":{}} )");
    EXPECT_NE(read.member("a")->as<std::nullptr_t>(), nullptr);
    const auto& list = *read.member("b")->as<Json::List>();
    EXPECT_EQ(*list[0].as<bool>(), true);
    EXPECT_EQ(*list[1].as<bool>(), false);
    EXPECT_EQ(*list[2].as<std::int64_t>(), -1);
    EXPECT_EQ(*list[3].as<double>(), 1.5);
    EXPECT_EQ(*list[4].as<std::string>(), "x");
    EXPECT_EQ(*read.find("/c/d")->as<std::uint64_t>(), 18446744073709551615U);
    EXPECT_TRUE(read.member("e")->as<Json::List>()->empty());
    EXPECT_TRUE(read.member("f")->as<Json::Object>()->empty());
    EXPECT_EQ(read.member("z"), nullptr);
    EXPECT_EQ(list[0].member("z"), nullptr);
}

TEST(JsonReader, KeepsHowAValueWasWritten) {
    const std::string text = R"({"a": [ 1, {"b" :2.50} ] })";
    const Json read = JsonReader::read(text);
    EXPECT_EQ(read.source, text);
    EXPECT_EQ(read.member("a")->source, R"([ 1, {"b" :2.50} ])");
    EXPECT_EQ(read.find("/a/1/b")->source, "2.50");
}

TEST(JsonReader, TheLaterOfTwoMembersCounts) {
    const Json read = JsonReader::read(R"({"a":1,"b":2,"a":3})");
    EXPECT_EQ(read.as<Json::Object>()->size(), 2u);
    EXPECT_EQ(*read.member("a")->as<std::int64_t>(), 3);
    EXPECT_THROW(JsonReader::read(R"([{"a":1,"a":3}])", detail::RepeatedNames::refused),
                 std::invalid_argument);
}

TEST(JsonReader, NumbersAreWholeAsLongAsTheyFit) {
    const auto read = [](const char* text) { return JsonReader::read(text); };
    EXPECT_EQ(*read("9223372036854775807").as<std::int64_t>(), std::numeric_limits<std::int64_t>::max());
    EXPECT_EQ(*read("-9223372036854775808").as<std::int64_t>(), std::numeric_limits<std::int64_t>::min());
    EXPECT_EQ(*read("9223372036854775808").as<std::uint64_t>(), 9223372036854775808U);
    EXPECT_EQ(*read("18446744073709551616").as<double>(), 18446744073709551616.0);
    EXPECT_EQ(*read("-9223372036854775809").as<double>(), -9223372036854775808.0);
    EXPECT_EQ(*read("1e3").as<double>(), 1000);
    EXPECT_EQ(*read("1E-2").as<double>(), 0.01);
    EXPECT_EQ(*read("5e-324").as<double>(), std::numeric_limits<double>::denorm_min());
    EXPECT_EQ(*read("1e-400").as<double>(), 0);
    EXPECT_EQ(refusal("1e400"), "not JSON at byte 6: the number is too large");
}

TEST(JsonReader, TextsAreUnescaped) {
    const auto read = [](std::string_view text) { return *JsonReader::read(text).as<std::string>(); };
    EXPECT_EQ(read(R"("\"\\\/\b\f\n\r\t")"), "\"\\/\b\f\n\r\t");
    EXPECT_EQ(read(R"("\u0041\u00e9\u20ac\uD83D\uDE00")"), "A\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80");
    EXPECT_EQ(read(R"("\u0000")"), std::string(1, '\0'));
    EXPECT_EQ(read("\"\xF0\x9F\x98\x80 \x7F\""), "\xF0\x9F\x98\x80 \x7F");
}

TEST(JsonReader, TellsWhatIsWrongAndWhere) {
    const std::pair<std::string_view, const char*> cases[] = {
        {"", "1: a value is expected here"},
        {"   ", "4: a value is expected here"},
        {"nul", "1: a value is expected here"},
        {"True", "1: a value is expected here"},
        {"{} {}", "4: nothing may follow the value"},
        {"[1,]", "4: a value is expected here"},
        {"[1 2]", "4: a comma or ] is expected here"},
        {"[1", "3: a comma or ] is expected here"},
        {"{\"a\":1,}", "8: a name in quotes is expected here"},
        {"{a:1}", "2: a name in quotes is expected here"},
        {"{\"a\" 1}", "6: a colon is expected here"},
        {"{\"a\":1]", "7: a comma or } is expected here"},
        {"\"a", "3: the text has no end"},
        {"\"a\n\"", "3: a control character stands in a text"},
        {"\"\\x\"", "3: there is no such escape"},
        {"\"\\", "3: there is no such escape"},
        {"\"\\u12G4\"", "4: four hexadecimal digits follow \\u"},
        {"\"\\u+123\"", "4: four hexadecimal digits follow \\u"},
        {"\"\\u12", "4: four hexadecimal digits follow \\u"},
        {R"("\uD800")", "8: half of a surrogate pair"},
        {R"("\uDC00")", "8: half of a surrogate pair"},
        {R"("\uD800\u0041")", "14: half of a surrogate pair"},
        {"\"\xC3\"", "2: this is not UTF-8"},
        {"\"\xED\xA0\x80\"", "2: this is not UTF-8"},
        {"\xEF\xBB\xBF{}", "1: a value is expected here"},
        {"01", "2: nothing may follow the value"},
        {"-", "2: a digit is expected here"},
        {"+1", "1: a value is expected here"},
        {".5", "1: a value is expected here"},
        {"1.", "3: a digit is expected here"},
        {"1e+", "4: a digit is expected here"},
        {"-Infinity", "2: a digit is expected here"},
        {"NaN", "1: a value is expected here"},
        {"0x10", "2: nothing may follow the value"},
        {"'a'", "1: a value is expected here"},
        {"[1] // one", "5: nothing may follow the value"},
        {std::string_view("{}\0", 3), "3: nothing may follow the value"},
    };
    for (const auto& [text, expected] : cases)
        EXPECT_EQ(refusal(text), std::string("not JSON at byte ") + expected) << text;
}

TEST(JsonReader, AHundredLevelsAreTheMost) {
    const auto nested = [](std::size_t levels) {
        return std::string(levels, '[') + std::string(levels, ']');
    };
    EXPECT_EQ(refusal(nested(100)), "none");
    EXPECT_EQ(refusal(nested(101)), "not JSON at byte 101: it is nested too deep");
    EXPECT_EQ(refusal(std::string(1'000'000, '[')), "not JSON at byte 101: it is nested too deep");
    EXPECT_TRUE(boost_reads(nested(100)));
    EXPECT_FALSE(boost_reads(nested(101)));
    // Beside each other they are no levels.
    std::string list = "[";
    for (int i = 0; i < 300; ++i)
        list += "[{}],";
    EXPECT_EQ(refusal(list + "0]"), "none");
}

TEST(JsonReader, ReadsWhatTheHostReads) {
    const std::vector<std::string> seeds = {R"({"a":[1,-2.5e3,"x\u00e9\n",true,null],"b":{"c":{}},"a":0})",
                                            R"([0,-0,0.0,1e5,1E+5,12345678,"\ud83d\ude00","/"])",
                                            "\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\"",
                                            "  [ true , false ]  "};
    std::mt19937 random(7);
    const std::string_view letters = "{}[]\":,\\u0123456789abcdefEtruefalsn.+- \n\t\x01\x80\xC3\xED\xF0";
    for (const std::string& seed : seeds) {
        expect_same(seed);
        for (int round = 0; round < 5000; ++round) {
            std::string text = seed;
            for (auto changes = random() % 3 + 1; changes > 0; --changes) {
                const std::size_t at = random() % text.size();
                const char letter = letters[random() % letters.size()];
                switch (random() % 3) {
                    case 0:
                        text[at] = letter;
                        break;
                    case 1:
                        text.insert(at, 1, letter);
                        break;
                    default:
                        text.erase(at, text.size() > 1 ? 1 : 0);
                }
            }
            expect_same(text);
        }
    }
}

TEST(JsonPointer, FindsWhatTheHostFinds) {
    const std::string text = R"({"":0,"a":[1,{"b/c~d":2}],"01":3,"e":{"":4},"~1":5})";
    const Json read = JsonReader::read(text);
    const json::value expected = json::parse(text);
    for (const char* pointer : {"",
                                "/",
                                "/a",
                                "/a/0",
                                "/a/1/b~1c~0d",
                                "/a/2",
                                "/a/-",
                                "/a/00",
                                "/a/01",
                                "/a/+1",
                                "/a/x",
                                "/a/",
                                "/01",
                                "/e/",
                                "/e//",
                                "/a/0/x",
                                "/~01",
                                "/b~1c",
                                "/a/99999999999999999999",
                                "/zzz/y"}) {
        json::error_code error;
        const json::value* there = expected.find_pointer(pointer, error);
        const Json* found = read.find(pointer);
        ASSERT_EQ(found != nullptr, there != nullptr) << pointer;
        if (found) {
            EXPECT_EQ(to_boost(*found), *there) << pointer;
        }
    }
    for (const char* pointer : {"a", "a/0", "/~", "/~2", "/a/~x"})
        EXPECT_THROW(read.find(pointer), std::invalid_argument) << pointer;
}

}  // namespace jobhost::test
