// Enums, and structs inside of lists, maps, optionals and each other.
#include "tests/support/fake_plugin_host.hpp"

#include <jobhost/detail/enum_names.hpp>

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include <string>

namespace jobhost::test {

class NestedArgumentsTest : public testing::Test {
protected:
    // What the type "nested" says it was given.
    std::string seen(const std::string& arguments) {
        FakeRun run({.arguments = arguments});
        plugin_.run("nested", run);
        EXPECT_EQ(run.status, JOBHOST_OK) << run.error_message;
        return run.result ? std::string(run.result_json().as_string()) : "nothing";
    }
    // Why it refuses them.
    std::string refusal(const std::string& arguments) {
        FakeRun run({.arguments = arguments});
        plugin_.run("nested", run);
        EXPECT_EQ(run.status, JOBHOST_BAD_ARGUMENTS) << arguments;
        return run.error_message;
    }
    boost::json::value schema_of(const std::string& field) {
        const auto schema = boost::json::parse(std::string(view(plugin_.type("nested").arguments_schema)));
        return schema.at("properties").at(field);
    }

    LoadedPlugin plugin_{PLUGIN_IN_CPP};
};

TEST_F(NestedArgumentsTest, EnumsAreReadFromTheirNames) {
    EXPECT_EQ(seen(R"({})"), "13 +0 +2 layer 2");
    EXPECT_EQ(seen(R"({"format":"png","also":"auto","formats":["jpeg"],"by_name":{"a":"jpeg","b":"auto"}})"),
              "03 also2 +1 a=1 b=2 layer 2");
    EXPECT_EQ(seen(R"({"format":null,"also":null,"formats":[]})"), "13 layer 2");
}

TEST_F(NestedArgumentsTest, StructsAreReadWhereverTheyAre) {
    EXPECT_EQ(seen(R"({"formats":[],
                       "layer":{"format":"png","size":{"width":1}},
                       "top":{"format":"jpeg","size":null},
                       "layers":[{"format":"auto"},{"format":"png","size":{"width":2,"height":3}}],
                       "layers_by_name":{"x":{"format":"jpeg"},"y":{"format":"auto","size":{"width":4}}},
                       "sizes":{"z":[{"width":5},{"width":6}]}})"),
              "13 layer 0:1x600 top 1 + 2 + 0:2x3 x=1 y=2:4x600 z=5x600 z=6x600");
}

TEST_F(NestedArgumentsTest, ARefusalNamesThePlaceAndTheRightNamesNearestFirst) {
    const std::pair<const char*, const char*> cases[] = {
        {R"({"format":"jpg"})", R"(/format must be "jpeg", "png" or "auto")"},
        {R"({"format":"aut"})", R"(/format must be "auto", "png" or "jpeg")"},
        {R"({"format":"automatic"})", R"(/format must be "auto", "png" or "jpeg")"},
        {R"({"format":"PNG"})", R"(/format must be "png", "jpeg" or "auto")"},
        {R"({"format":""})", R"(/format must be "png", "jpeg" or "auto")"},
        {R"({"format":1})", R"(/format must be "png", "jpeg" or "auto")"},
        {R"({"hidden":"unlisted"})", R"(/hidden must be "png", "jpeg" or "auto")"},
        {R"({"also":["png"]})", R"(/also must be "png", "jpeg" or "auto")"},
        {R"({"formats":["png","pgn"]})", R"(/formats/1 must be "png", "jpeg" or "auto")"},
        {R"({"formats":[null]})", R"(/formats/0 must be "png", "jpeg" or "auto")"},
        {R"({"by_name":{"a/b":"auto_"}})", R"(/by_name/a~1b must be "auto", "png" or "jpeg")"},
        {R"({"layer":{}})", R"(/layer/format is missing; it must be "png", "jpeg" or "auto")"},
        {R"({"layer":{"format":"png","size":{}}})",
         "/layer/size/width is missing; it must be a whole number from -2147483648 to 2147483647"},
        {R"({"top":{"format":"png","colour":1}})", "/top/colour is not an argument"},
        {R"({"layers":[{"format":"png"},{"format":"x"}]})",
         R"(/layers/1/format must be "png", "jpeg" or "auto")"},
        {R"({"layers":[null]})", "/layers/0 must be an object"},
        {R"({"layers_by_name":{"x":{"format":"png","size":{"width":"1"}}}})",
         "/layers_by_name/x/size/width must be a whole number from -2147483648 to 2147483647"},
        {R"({"layers_by_name":{"x":[]}})", "/layers_by_name/x must be an object"},
        {R"({"sizes":{"z":[{"width":1},{"width":1,"depth":2}]}})", "/sizes/z/1/depth is not an argument"},
    };
    for (const auto& [arguments, expected] : cases)
        EXPECT_EQ(refusal(arguments), expected) << arguments;
}

TEST_F(NestedArgumentsTest, ALongTextIsNotComparedWithTheNames) {
    const std::string text(100'000, 'g');
    EXPECT_EQ(refusal(R"({"format":")" + text + R"("})"), R"(/format must be "png", "jpeg" or "auto")");
}

TEST_F(NestedArgumentsTest, TheSchemaListsTheNames) {
    const auto names = [](const char* more) {
        return boost::json::parse(R"({"enum":["png","jpeg","auto"])" + std::string(more) + "}");
    };
    EXPECT_EQ(schema_of("format"), names(R"(,"default":"jpeg")"));
    EXPECT_EQ(schema_of("hidden"), names(""));
    EXPECT_EQ(schema_of("also"), names(""));
    EXPECT_EQ(schema_of("formats"),
              boost::json::parse(
                  R"({"type":"array","items":{"enum":["png","jpeg","auto"]},"default":["png","auto"]})"));
    EXPECT_EQ(
        schema_of("by_name"),
        boost::json::parse(R"({"type":"object","additionalProperties":{"enum":["png","jpeg","auto"]}})"));
    const auto layer = boost::json::parse(R"({"type":"object","properties":{
        "format":{"enum":["png","jpeg","auto"]},
        "size":{"type":"object","properties":{
            "width":{"type":"integer","minimum":-2147483648,"maximum":2147483647},
            "height":{"type":"integer","minimum":-2147483648,"maximum":2147483647,"default":600}},
            "required":["width"],"additionalProperties":false}},
        "required":["format"],"additionalProperties":false})");
    EXPECT_EQ(schema_of("layer"), layer);
    EXPECT_EQ(schema_of("top"), layer);
    EXPECT_EQ(schema_of("layers").at("items"), layer);
    EXPECT_EQ(schema_of("layers_by_name").at("additionalProperties"), layer);
    EXPECT_EQ(schema_of("sizes").at("additionalProperties").at("items"), layer.at("properties").at("size"));
}

TEST(EnumNames, DistanceCountsWhatIsToBeChanged) {
    const std::tuple<const char*, const char*, std::size_t> cases[] = {
        {"", "", 0},       {"", "abc", 3},     {"abc", "", 3},
        {"abc", "abc", 0}, {"jpg", "jpeg", 1}, {"kitten", "sitting", 3}};
    for (const auto& [from, to, expected] : cases)
        EXPECT_EQ(detail::distance(from, to), expected) << from << " " << to;
}

}  // namespace jobhost::test
