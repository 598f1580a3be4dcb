// The JSON Schemas for editors against the samples, the README and the code that reads the files.
#include "config/schemas.hpp"
#include "config/yaml_json.hpp"
#include "tests/config/folder.hpp"

#include <boost/json.hpp>
#define VALIJSON_USE_EXCEPTIONS 1
#include <valijson/adapters/boost_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include <sstream>

namespace jobhost::config {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

std::string text_of(const fs::path& file) {
    std::stringstream text;
    text << std::ifstream(file).rdbuf();
    return text.str();
}

class SchemaTest : public FolderTest {
protected:
    // Empty: the YAML fits.
    std::string problems(std::string_view schema_text, const std::string& yaml) {
        write("any.yaml", yaml);
        const auto read = yaml_as_json(folder() / "any.yaml");
        if (!std::holds_alternative<std::string>(read)) return "is no YAML";
        const json::value document = json::parse(std::get<std::string>(read));
        const json::value schema = json::parse(schema_text);
        valijson::Schema parsed;
        valijson::SchemaParser parser;
        parser.populateSchema(valijson::adapters::BoostJsonAdapter{schema}, parsed);
        valijson::Validator validator{valijson::Validator::kStrongTypes};
        valijson::ValidationResults results;
        if (validator.validate(parsed, valijson::adapters::BoostJsonAdapter{document}, &results)) return "";
        std::string text;
        valijson::ValidationResults::Error error;
        while (results.popError(error)) {
            for (const std::string& part : error.context)
                text += part;
            text += ": " + error.description + "\n";
        }
        return text.empty() ? "does not fit" : text;
    }
    std::string host_problems(const std::string& yaml) { return problems(host_file_schema(), yaml); }
    std::string definition_problems(const std::string& yaml) {
        return problems(definition_file_schema(), yaml);
    }
};

TEST_F(SchemaTest, TheDefaultFileFits) {
    EXPECT_EQ(host_problems(text_of(fs::path{CONFIG_FOLDER} / "jobhost.yaml")), "");
    EXPECT_EQ(host_problems(""), "");
    EXPECT_EQ(definition_problems(""), "");
}

TEST_F(SchemaTest, AllSamplesFit) {
    int seen = 0;
    for (const auto& entry : fs::recursive_directory_iterator(SAMPLES_FOLDER)) {
        if (entry.path().extension() != ".yaml") continue;
        const std::string text = text_of(entry.path());
        const bool is_host_file = entry.path().filename() == "jobhost.yaml";
        EXPECT_EQ(is_host_file ? host_problems(text) : definition_problems(text), "") << entry.path();
        ++seen;
    }
    EXPECT_GE(seen, 3);
}

TEST_F(SchemaTest, TheExamplesOfTheReadmeFit) {
    const std::string readme = text_of(fs::path{CONFIG_FOLDER} / "README.md");
    int seen = 0;
    for (auto at = readme.find("```yaml\n"); at != std::string::npos; at = readme.find("```yaml\n", at + 1)) {
        const std::string block = readme.substr(at + 8, readme.find("\n```", at + 8) - at - 7);
        if (block.starts_with("# jobhost.yaml")) {
            EXPECT_EQ(host_problems(block), "") << block;
        } else if (block.starts_with("# jobs.d/")) {
            EXPECT_EQ(definition_problems(block), "") << block;
        } else {
            continue;
        }
        ++seen;
    }
    EXPECT_GE(seen, 2);
}

TEST_F(SchemaTest, WhatTheCheckRefusesDoesNotFit) {
    for (const std::string yaml :
         {"colour: blue", "server: {workers: 0}", "log: {level: loud}", "queues: {}",
          "limits: {x: {concurrent: 0}}", "definitions: jobs.yaml", "storage: {timeout: soon}",
          "plugins: {trust: {policy: all}}", "plugins: {trust: {public_keys: [x]}}", "jobs: {}"}) {
        EXPECT_NE(host_problems(yaml), "") << yaml;
        EXPECT_NE(host_says(yaml), "") << yaml;
    }
    for (const std::string part :
         {"typ: a.b", "type: nonsense", "type: a.b, priority: high", "type: a.b, retry: {attempts: -1}",
          "type: a.b, timeout: soon", "type: a.b, after: []", "type: a.b, unique: {while: queued}",
          "type: a.b, on: failed", "type: a.b, limits: [{key: x}]", "type: a.b, schedule: []",
          "type: a.b, schedule: {every: 1h, cron: '@daily'}", "type: a.b, schedule: {at: tomorrow}",
          "type: a.b, schedule: {every: 1h, overlap: never}", "type: a.b, schedule: [{every: 1h, days: x}]",
          "type: a.b, schedule: {every: 1h, missed: {run_all: 0}}"}) {
        const std::string yaml = "jobs: {x: {" + part + "}}";
        EXPECT_NE(definition_problems(yaml), "") << yaml;
        EXPECT_NE(jobs_say(yaml), "") << yaml;
    }
}

// Every object of the schema, and the keys that it knows.
void collect_keys(const json::value& schema, std::set<std::string>& keys) {
    if (const auto* array = schema.if_array())
        for (const json::value& each : *array)
            collect_keys(each, keys);
    const auto* object = schema.if_object();
    if (!object) return;
    for (const auto& [key, value] : *object) {
        if (key == "properties")
            for (const auto& [name, ignored] : value.as_object())
                keys.insert(name);
        collect_keys(value, keys);
    }
}

// The README explains every key that the code reads (a test of its own); each of them is in a schema.
TEST_F(SchemaTest, KnowsEveryKeyOfTheReadme) {
    std::set<std::string> keys;
    collect_keys(json::parse(host_file_schema()), keys);
    collect_keys(json::parse(definition_file_schema()), keys);
    std::istringstream readme{text_of(fs::path{CONFIG_FOLDER} / "README.md")};
    int seen = 0;
    bool is_in_table = false;
    for (std::string line; std::getline(readme, line);) {
        if (line.starts_with("| setting |") || line.starts_with("| key |")) is_in_table = true;
        if (line.starts_with("## How") || line.starts_with("### ")) is_in_table = false;
        if (!is_in_table || !line.starts_with("| `")) continue;
        std::string cell = line.substr(2, line.find(" |", 2) - 2);
        for (auto at = cell.find('`'); at != std::string::npos; at = cell.find('`', at + 1)) {
            const auto end = cell.find('`', at + 1);
            const std::string path = cell.substr(at + 1, end - at - 1);
            at = end;
            const std::string key = path.substr(path.rfind('.') + 1);
            if (path.find_first_of(":/ ") != std::string::npos) continue;
            EXPECT_TRUE(keys.contains(key)) << path;
            ++seen;
        }
    }
    EXPECT_GE(seen, 60);
}

}  // namespace
}  // namespace jobhost::config
