#include "config/yaml_json.hpp"

#include "tests/support/temporary_folder.hpp"

#include <gmock/gmock.h>

#include <fstream>

namespace jobhost::config {
namespace {

class YamlJsonTest : public testing::Test {
protected:
    std::variant<std::string, std::vector<ConfigError>> read(const std::string& yaml) {
        std::ofstream{folder_ / "batch.yaml"} << yaml;
        return yaml_as_json(folder_ / "batch.yaml");
    }
    test::TemporaryFolder folder_;
};

TEST_F(YamlJsonTest, ReferencesStandThereAsWritten) {
    EXPECT_EQ(std::get<std::string>(read("name: a\nlist: [1, yes, ~, \"$${x}\"]\nto: ${item.email}\n")),
              R"({"name":"a","list":[1,"yes",null,"$${x}"],"to":"${item.email}"})");
}

TEST_F(YamlJsonTest, WhatIsWrongIsSaidWithItsPlace) {
    for (const auto& [yaml, line] :
         std::initializer_list<std::pair<const char*, int>>{{"a: 1\nb: [\n", 3},
                                                            {"a: 1\na: 2\n", 2},
                                                            {"a:\n  b: 99999999999999999999\n", 2},
                                                            {"a: .inf\n", 1}}) {
        const auto result = read(yaml);
        ASSERT_TRUE(std::holds_alternative<std::vector<ConfigError>>(result)) << yaml;
        EXPECT_EQ(std::get<1>(result).front().where.line, line) << yaml;
    }
}

TEST_F(YamlJsonTest, AFileThatIsNotThereIsAnError) {
    const auto result = yaml_as_json(folder_ / "missing.yaml");
    EXPECT_TRUE(std::holds_alternative<std::vector<ConfigError>>(result));
}

}  // namespace
}  // namespace jobhost::config
