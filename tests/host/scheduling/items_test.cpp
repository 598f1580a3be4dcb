#include "host/scheduling/items.hpp"

#include "tests/support/temporary_folder.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <sstream>
#include <stdexcept>

namespace jobhost::host {
namespace {

std::string csv(const std::string& text) {
    std::istringstream input{text};
    const auto items = csv_items(input);
    return boost::json::serialize(boost::json::array(items.begin(), items.end()));
}

std::string refusal(const std::string& text) {
    try {
        csv(text);
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return "";
}

TEST(Items, EachRecordOfCsvIsAnObjectOfTexts) {
    EXPECT_EQ(csv("email,name\na@x,Ada\r\nb@x,\n"),
              R"([{"email":"a@x","name":"Ada"},{"email":"b@x","name":""}])");
    EXPECT_EQ(csv("\xEF\xBB\xBFid\n1"), R"([{"id":"1"}])");
    EXPECT_EQ(csv("id\n"), "[]");
}

TEST(Items, FieldsInQuotesHoldAnything) {
    EXPECT_EQ(csv("a,b\n\"1,2\",\"say \"\"hi\"\"\"\n\"two\nlines\",\"\"\n"),
              R"([{"a":"1,2","b":"say \"hi\""},{"a":"two\nlines","b":""}])");
}

TEST(Items, WhatIsWrongIsSaidWithItsLine) {
    EXPECT_EQ(refusal(""), "line 1: there is no head that names the columns");
    EXPECT_EQ(refusal("a,a\n1,2\n"), "line 1: each column needs a name of its own");
    EXPECT_EQ(refusal("a,b\n\"x\ny\",2\n\n1\n"), "line 5: has 1 fields and the head 2");
    EXPECT_EQ(refusal("a\n\"open"), "line 2: a quote is not closed");
    EXPECT_EQ(refusal("a\n\"x\"y\n"), "line 2: a quote is followed by text");
}

TEST(Items, LinesOfJsonAreAnyValues) {
    std::istringstream good{"{\"a\":1}\n\n7\r\n"};
    const auto items = json_line_items(good);
    ASSERT_EQ(items.size(), 2u);
    EXPECT_EQ(items[1], 7);
    std::istringstream bad{"1\n\n{\n"};
    EXPECT_THROW(json_line_items(bad), std::invalid_argument);
}

TEST(Items, AFileIsReadByTheEndOfItsName) {
    const test::TemporaryFolder folder;
    std::ofstream{folder / "a.csv"} << "x\n1\n";
    std::ofstream{folder / "a.jsonl"} << "{\"x\":1}\n";
    EXPECT_EQ(items_of(folder / "a.csv").at(0).at("x"), "1");
    EXPECT_EQ(items_of(folder / "a.jsonl").at(0).at("x"), 1);
    for (const char* name : {"a.txt", "missing.csv"})
        EXPECT_THROW(items_of(folder / name), std::invalid_argument) << name;
}

}  // namespace
}  // namespace jobhost::host
