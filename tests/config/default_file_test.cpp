// The commented default file and the README against the code.
#include "config/read_definition.hpp"
#include "config/read_settings.hpp"
#include "config/yaml_document.hpp"
#include "tests/config/folder.hpp"

#include <set>
#include <sstream>

namespace jobhost::config {
namespace {

std::string text_of(const char* name) {
    std::stringstream text;
    text << std::ifstream(std::filesystem::path{CONFIG_FOLDER} / name).rdbuf();
    return text.str();
}

// The keys that `read` offers for `yaml`.
template <class Read>
std::set<std::string> offered(const std::string& yaml, Read read) {
    const auto parsed = parse_yaml(yaml);
    std::vector<ConfigError> errors;
    std::set<std::string> paths;
    Reader reader("", errors);
    reader.record_offered(paths);
    read(reader, *std::get<YamlDocument>(parsed).root);
    return paths;
}

// Every path of a setting: the sections are found by opening whatever can be opened. A queue has the name
// NAME.
std::set<std::string> setting_paths() {
    const auto read = [](Reader& reader, const Node& root) { read_settings(reader, root, "/"); };
    std::string yaml;
    for (const std::string& key : offered("", read))
        yaml += key + (key == "queues" ? ": {NAME: {}}\n" : key == "plugins" ? ": {trust: {}}\n" : ": {}\n");
    return offered(yaml, read);
}

std::set<std::string> definition_paths() {
    const auto read = [](Reader& reader, const Node& root) { read_definitions(reader, root, {}); };
    return offered(
        "calendars: {NAME: {}}\n"
        "jobs: {a: {type: x.y, schedule: {missed: {}}, retry: {delay: {}}, retention: {}, unique: {}, "
        "limits: [{}], "
        "after: {}}}\n"
        "batches: {b: {for_each: {}}}\n",
        read);
}

std::string last_part(const std::string& path) {
    return path.substr(path.rfind('.') + 1);
}

class DefaultFile : public FolderTest {};

TEST_F(DefaultFile, SaysWhatTheCodeSays) {
    const Settings written = settings(text_of("jobhost.yaml"));
    const Settings silent = settings("");

    EXPECT_EQ(written.server.name, silent.server.name);
    EXPECT_EQ(written.server.application, silent.server.application);
    EXPECT_EQ(written.server.workers, silent.server.workers);
    EXPECT_EQ(written.server.state_folder, silent.server.state_folder);
    EXPECT_EQ(written.server.stop_timeout, silent.server.stop_timeout);
    EXPECT_EQ(written.storage.url, silent.storage.url);
    EXPECT_EQ(written.storage.schema, silent.storage.schema);
    EXPECT_EQ(written.storage.timeout, silent.storage.timeout);
    EXPECT_EQ(written.retention, silent.retention);
    EXPECT_EQ(written.plugins.folder, silent.plugins.folder);
    EXPECT_EQ(written.plugins.start_timeout, silent.plugins.start_timeout);
    EXPECT_EQ(written.plugins.drain_timeout, silent.plugins.drain_timeout);
    EXPECT_EQ(written.plugins.hosting, silent.plugins.hosting);
    EXPECT_EQ(written.plugins.overrides, silent.plugins.overrides);
    EXPECT_EQ(written.plugins.trust, silent.plugins.trust);
    EXPECT_EQ(written.queues, silent.queues);
    EXPECT_EQ(written.limits, silent.limits);
    EXPECT_EQ(written.log.level, silent.log.level);
    EXPECT_EQ(written.log.format, silent.log.format);
    EXPECT_EQ(written.definitions, silent.definitions);
}

TEST_F(DefaultFile, CommentedOutExamplesAreValidToo) {
    std::string text = text_of("jobhost.yaml");
    for (const std::string example : {"# name: ", "# workers: ", "# count: "}) {
        const auto at = text.find(example);
        ASSERT_NE(at, std::string::npos) << example;
        text.erase(at, 2);
    }
    EXPECT_EQ(host_says(text), "");
}

TEST_F(DefaultFile, MentionsEverySetting) {
    const std::string text = text_of("jobhost.yaml");
    const auto paths = setting_paths();

    EXPECT_GE(paths.size(), 29u);
    for (const std::string& path : paths)
        EXPECT_NE(text.find(last_part(path) + ":"), std::string::npos) << path;
}

TEST(Readme, ExplainsEverySettingAndEveryKeyOfADefinition) {
    const std::string text = text_of("README.md");

    for (const std::string& path : setting_paths())
        EXPECT_NE(text.find("`" + path + "`"), std::string::npos) << path;
    for (const std::string& path : definition_paths()) {
        std::string key = path;
        for (const std::string around : {"jobs.a.", "batches.b.", "[0]"})
            if (const auto at = key.find(around); at != std::string::npos) key.erase(at, around.size());
        EXPECT_NE(text.find("`" + key + "`"), std::string::npos) << key;
    }
}

class ReadmeExamples : public FolderTest {};

// Each block of YAML in the README that starts with the comment "# jobs.d/..." or "# jobhost.yaml".
TEST_F(ReadmeExamples, AreValid) {
    const std::string text = text_of("README.md");
    std::size_t examples = 0;
    for (auto at = text.find("```yaml\n"); at != std::string::npos; at = text.find("```yaml\n", at + 1)) {
        const std::string block = text.substr(at + 8, text.find("\n```", at + 8) - at - 7);
        ++examples;
        if (block.starts_with("# jobhost.yaml")) {
            EXPECT_EQ(host_says(block), "");
        } else {
            EXPECT_EQ(jobs_say(block), "");
        }
    }
    EXPECT_GE(examples, 2u);
}

}  // namespace
}  // namespace jobhost::config
