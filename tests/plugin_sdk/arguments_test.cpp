#include "tests/support/fake_plugin_host.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace jobhost::test {

class ArgumentsTest : public testing::Test {
protected:
    // What the type "inspect" says it was given.
    std::string seen(const std::string& arguments) {
        FakeRun run({.arguments = arguments});
        plugin_.run("inspect", run);
        EXPECT_EQ(run.status, JOBHOST_OK) << run.error_message;
        return run.result ? std::string(run.result_json().as_string()) : "nothing";
    }
    // Why it refuses them.
    std::string refusal(const std::string& arguments) {
        FakeRun run({.arguments = arguments});
        plugin_.run("inspect", run);
        EXPECT_EQ(run.status, JOBHOST_BAD_ARGUMENTS) << arguments;
        EXPECT_EQ(run.error_code, "bad_arguments");
        return run.error_message;
    }

    LoadedPlugin plugin_{PLUGIN_IN_CPP};
};

TEST_F(ArgumentsTest, MissingOnesKeepTheirDefaults) {
    EXPECT_EQ(seen(R"({"path":"p"})"), "p 800 3 1 -1 1.500000 keep #a\"b");
}

TEST_F(ArgumentsTest, NullCountsAsMissing) {
    EXPECT_EQ(seen(R"({"path":"p","width":null,"quality":null,"tags":null,"size":null})"),
              "p 800 3 1 -1 1.500000 keep #a\"b");
}

TEST_F(ArgumentsTest, EveryKindIsRead) {
    EXPECT_EQ(
        seen(R"({"path":"ğ\"","width":-5,"level":255,"large":9223372036854775807,
                       "larger":-9223372036854775808,"ratio":2,"keep":false,"quality":0.5,"tags":["x","y"],
                       "grid":[[true,false],[],[true]],"weights":{"a/b~c":1,"d":2},"size":{"width":3},
                       "sizes":[{"width":1,"height":2},{"width":4}]})"),
        "ğ\" -5 255 9223372036854775807 -9223372036854775808 2.000000 drop quality 0.500000 #x #y x . x "
        "a/b~c=1 d=2 size 3x600 + 1x2 + 4x600");
}

TEST_F(ArgumentsTest, AWholeNumberMayBeWrittenWithAPoint) {
    EXPECT_THAT(seen(R"({"path":"p","width":12.0})"), testing::StartsWith("p 12 "));
}

TEST_F(ArgumentsTest, AnEmptyListReplacesTheDefault) {
    EXPECT_EQ(seen(R"({"path":"p","tags":[]})"), "p 800 3 1 -1 1.500000 keep");
}

TEST_F(ArgumentsTest, ThirtyFieldsAreRead) {
    FakeRun run({.arguments = R"({"a1":1,"a30":30})"});
    plugin_.run("many", run);
    EXPECT_EQ(run.result, "31");
}

TEST_F(ArgumentsTest, ARefusalNamesThePlaceAndWhatWasExpected) {
    const std::pair<const char*, const char*> cases[] = {
        {R"({})", "/path is missing; it must be a text"},
        {R"({"path":null})", "/path is missing; it must be a text"},
        {R"({"path":5})", "/path must be a text"},
        {R"({"path":"p","width":"wide"})", "/width must be a whole number from -2147483648 to 2147483647"},
        {R"({"path":"p","width":1.5})", "/width must be a whole number from -2147483648 to 2147483647"},
        {R"({"path":"p","width":2147483648})",
         "/width must be a whole number from -2147483648 to 2147483647"},
        {R"({"path":"p","level":256})", "/level must be a whole number from 0 to 255"},
        {R"({"path":"p","level":-1})", "/level must be a whole number from 0 to 255"},
        {R"({"path":"p","large":-1})", "/large must be a whole number, not negative"},
        {R"({"path":"p","larger":1e300})", "/larger must be a whole number"},
        {R"({"path":"p","larger":true})", "/larger must be a whole number"},
        {R"({"path":"p","ratio":"1"})", "/ratio must be a number"},
        {R"({"path":"p","keep":1})", "/keep must be true or false"},
        {R"({"path":"p","quality":"high"})", "/quality must be a number"},
        {R"({"path":"p","tags":"x"})", "/tags must be a list"},
        {R"({"path":"p","tags":{"0":"x"}})", "/tags must be a list"},
        {R"({"path":"p","tags":{}})", "/tags must be a list"},
        {R"({"path":"p","tags":["x",7]})", "/tags/1 must be a text"},
        {R"({"path":"p","tags":["x",null]})", "/tags/1 must be a text"},
        {R"({"path":"p","grid":[[],[true,2]]})", "/grid/1/1 must be true or false"},
        {R"({"path":"p","weights":[]})", "/weights must be an object"},
        {R"({"path":"p","weights":{"a/b~c":"x"}})",
         "/weights/a~1b~0c must be a whole number from -2147483648 to 2147483647"},
        {R"({"path":"p","size":7})", "/size must be an object"},
        {R"({"path":"p","size":[]})", "/size must be an object"},
        {R"({"path":"p","size":{}})",
         "/size/width is missing; it must be a whole number from -2147483648 to 2147483647"},
        {R"({"path":"p","size":{"width":1,"depth":2}})", "/size/depth is not an argument"},
        {R"({"path":"p","sizes":[{"width":1},{"height":1}]})",
         "/sizes/1/width is missing; it must be a whole number from -2147483648 to 2147483647"},
        {R"({"pth":"p"})", "/pth is not an argument"},
        {R"([])", "the arguments must be an object"},
        {R"("text")", "the arguments must be an object"},
    };
    for (const auto& [arguments, expected] : cases)
        EXPECT_EQ(refusal(arguments), expected) << arguments;
}

TEST_F(ArgumentsTest, AJobWithoutFieldsRefusesAnyArgument) {
    FakeRun empty;
    plugin_.run("nothing", empty);
    EXPECT_EQ(empty.status, JOBHOST_OK);

    FakeRun given({.arguments = R"({"x":1})"});
    plugin_.run("nothing", given);
    EXPECT_EQ(given.status, JOBHOST_BAD_ARGUMENTS);
    EXPECT_EQ(given.error_message, "/x is not an argument");
}

TEST_F(ArgumentsTest, TheSchemaFollowsFromTheFields) {
    EXPECT_EQ(boost::json::parse(std::string(view(plugin_.type("inspect").arguments_schema))),
              boost::json::parse(R"({
        "type": "object",
        "properties": {
            "path": {"type": "string"},
            "width": {"type": "integer", "minimum": -2147483648, "maximum": 2147483647, "default": 800},
            "level": {"type": "integer", "minimum": 0, "maximum": 255, "default": 3},
            "large": {"type": "integer", "minimum": 0, "default": 1},
            "larger": {"type": "integer", "default": -1},
            "ratio": {"type": "number", "default": 1.5},
            "keep": {"type": "boolean", "default": true},
            "quality": {"type": "number"},
            "tags": {"type": "array", "items": {"type": "string"}, "default": ["a\"b"]},
            "grid": {"type": "array", "items": {"type": "array", "items": {"type": "boolean"}}},
            "weights": {"type": "object", "additionalProperties":
                {"type": "integer", "minimum": -2147483648, "maximum": 2147483647}},
            "size": {
                "type": "object",
                "properties": {
                    "width": {"type": "integer", "minimum": -2147483648, "maximum": 2147483647},
                    "height": {"type": "integer", "minimum": -2147483648, "maximum": 2147483647, "default": 600}},
                "required": ["width"],
                "additionalProperties": false},
            "sizes": {"type": "array", "items": {
                "type": "object",
                "properties": {
                    "width": {"type": "integer", "minimum": -2147483648, "maximum": 2147483647},
                    "height": {"type": "integer", "minimum": -2147483648, "maximum": 2147483647, "default": 600}},
                "required": ["width"],
                "additionalProperties": false}}},
        "required": ["path"],
        "additionalProperties": false})"));
}

TEST_F(ArgumentsTest, AJobThatReadsItsArgumentsItselfHasNoSchema) {
    EXPECT_EQ(plugin_.type("facts").arguments_schema.size, 0u);
    EXPECT_EQ(view(plugin_.type("nothing").arguments_schema),
              R"({"type":"object","properties":{},"additionalProperties":false})");
}

}  // namespace jobhost::test
