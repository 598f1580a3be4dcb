#include "host/arguments/arguments_schema.hpp"

#include <gmock/gmock.h>

#include <stdexcept>

namespace jobhost::host {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// As the SDK writes them.
constexpr std::string_view kResize =
    R"({"type":"object","properties":{"from":{"type":"string"},"to":{"type":"string"},)"
    R"("width":{"type":"integer","minimum":1,"maximum":4000,"default":800},"quality":{"type":"number"},)"
    R"("fast":{"type":"boolean"},"tags":{"type":"array","items":{"type":"string"}},)"
    R"("box":{"type":"object","properties":{"left":{"type":"integer"}},"required":["left"],)"
    R"("additionalProperties":false},"by_name":{"type":"object","additionalProperties":{"type":"integer"}}},)"
    R"("required":["from","to"],"additionalProperties":false})";

std::vector<std::string> problems(std::string_view schema, std::string_view arguments) {
    return ArgumentsSchema{schema}.problems_of(arguments);
}

TEST(ArgumentsSchema, ArgumentsThatFitHaveNoProblem) {
    for (const char* arguments :
         {R"({"from":"a","to":"b"})",
          R"({"from":"a","to":"b","width":4000,"quality":3,"fast":true,"tags":["x"],"box":{"left":-1}})",
          R"({"from":"a","to":"b","by_name":{"x":1,"y":2}})"})
        EXPECT_THAT(problems(kResize, arguments), IsEmpty()) << arguments;
}

TEST(ArgumentsSchema, AllThatIsWrongIsSaidAtOnceWithItsPointer) {
    EXPECT_THAT(problems(kResize, R"({"from":1,"width":"a","tags":["x",2],"box":{"lefd":1,"top":1}})"),
                testing::UnorderedElementsAre(
                    "/to is missing", "/from must be a string, is 1", "/width must be an integer, is \"a\"",
                    "/tags/1 must be a string, is 2", "/box/left is missing",
                    "/box/lefd is not known; did you mean 'left'?", "/box/top is not known"));
}

TEST(ArgumentsSchema, BoundsAreSaidWithTheValue) {
    EXPECT_THAT(problems(kResize, R"({"from":"a","to":"b","width":0})"),
                ElementsAre("/width must be at least 1, is 0"));
    EXPECT_THAT(problems(kResize, R"({"from":"a","to":"b","width":4001})"),
                ElementsAre("/width must be at most 4000, is 4001"));
    EXPECT_THAT(
        problems(R"({"properties":{"a":{"maxLength":2},"b":{"minItems":1}}})", R"({"a":"xyz","b":[]})"),
        ElementsAre("/a must have at most 2 characters", "/b must have at least 1 item"));
}

TEST(ArgumentsSchema, NullCountsAsMissing) {
    EXPECT_THAT(problems(kResize, R"({"from":"a","to":"b","width":null,"tags":null})"), IsEmpty());
    EXPECT_THAT(problems(kResize, R"({"from":"a","to":null})"), ElementsAre("/to is missing"));
    EXPECT_THAT(problems(kResize, R"({"from":"a","to":"b","colour":null})"),
                ElementsAre("/colour is not known"));
}

TEST(ArgumentsSchema, AWholeNumberIsAnIntegerHoweverItIsWritten) {
    EXPECT_THAT(problems(kResize, R"({"from":"a","to":"b","width":8.0e2})"), IsEmpty());
    EXPECT_THAT(problems(kResize, R"({"from":"a","to":"b","width":1.5})"),
                ElementsAre("/width must be an integer, is 1.5"));
    EXPECT_THAT(problems(kResize, R"({"from":"a","to":"b","quality":18446744073709551615})"), IsEmpty());
}

TEST(ArgumentsSchema, ValuesOfMapsAndChoicesAreChecked) {
    EXPECT_THAT(problems(kResize, R"({"from":"a","to":"b","by_name":{"a/b~c":[1]}})"),
                ElementsAre("/by_name/a~1b~0c must be an integer, is an array"));
    EXPECT_THAT(problems(R"({"properties":{"fit":{"enum":["cover","contain"]},"v":{"const":2}}})",
                         R"({"fit":"crop","v":3})"),
                ElementsAre("/fit must be \"cover\" or \"contain\", is \"crop\"", "/v must be 2, is 3"));
}

TEST(ArgumentsSchema, AlternativesAndReferencesAreFollowed) {
    constexpr std::string_view schema =
        R"({"properties":{"to":{"anyOf":[{"type":"string"},{"$ref":"#/$defs/list"}]}},)"
        R"("$defs":{"list":{"type":"array","items":{"type":"string"}}}})";
    EXPECT_THAT(problems(schema, R"({"to":["a"]})"), IsEmpty());
    EXPECT_THAT(problems(schema, R"({"to":1})"), ElementsAre("/to must be a string or an array, is 1"));
}

TEST(ArgumentsSchema, PatternsHoldForShortArgumentsAndLongOnesDoNoHarm) {
    constexpr std::string_view schema =
        R"({"properties":{"code":{"type":"string","pattern":"^(a|b)*$"},"pattern":{"type":"string"},)"
        R"("day":{"format":"date"}}})";
    EXPECT_THAT(problems(schema, R"({"code":"abc","day":"tomorrow"})"),
                ElementsAre(R"(/code must match the pattern "^(a|b)*$")", "/day must be a valid date"));
    EXPECT_THAT(problems(schema, R"({"code":")" + std::string(1'000'000, 'a') + R"("})"), IsEmpty());
    EXPECT_THAT(problems(schema, R"({"code":")" + std::string(1'000'000, 'a') + R"(","pattern":1})"),
                ElementsAre("/pattern must be a string, is 1"));
    EXPECT_THAT(problems(R"({"properties":{"a":{"type":"string","pattern":"(["},"b":{"type":"string"}}})",
                         R"({"a":"x","b":1})"),
                ElementsAre("/b must be a string, is 1"));
}

TEST(ArgumentsSchema, WhatTheValidatorKeepsToItselfIsAProblemAllTheSame) {
    EXPECT_THAT(problems(R"({"properties":{"a":false}})", R"({"a":1})"), testing::SizeIs(1));
    EXPECT_THAT(problems(R"({"properties":{"day":{"format":"date"}}})", R"({"day":"2026-02-31"})"),
                testing::SizeIs(1));
}

TEST(ArgumentsSchema, ASchemaThatCannotBeUsedIsRefused) {
    for (const char* schema :
         {"{", R"({"properties":1})", R"({"$ref":"https://example.com/other.json"})", R"({"type":7})"})
        EXPECT_THROW(ArgumentsSchema{schema}, std::invalid_argument) << schema;
}

TEST(ArgumentsSchema, ALongValueIsCutInTheMessage) {
    const auto found = problems(kResize, R"({"from":"a","to":"b","width":")" + std::string(500, 'x') + "\"}");
    ASSERT_THAT(found, testing::SizeIs(1));
    EXPECT_LT(found[0].size(), 120u);
    EXPECT_THAT(found[0], HasSubstr("must be an integer"));
}

}  // namespace
}  // namespace jobhost::host
