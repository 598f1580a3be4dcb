// A folder of files for one test, and what config makes of them, as texts that can be compared.
#pragma once

#include "config/load.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace jobhost::config {

class FolderTest : public testing::Test {
protected:
    const std::filesystem::path& folder() const { return folder_.path(); }

    void write(const std::string& name, std::string_view text) const { folder_.write(name, text); }

    LoadResult loaded() const { return load(folder_ / "jobhost.yaml"); }

    // Errors, in their order, without the folder in front.
    std::vector<std::string> errors() const {
        const LoadResult result = loaded();
        const auto* errors = std::get_if<std::vector<ConfigError>>(&result.outcome);
        return errors ? texts(*errors) : std::vector<std::string>{};
    }
    std::vector<std::string> warnings() const { return texts(loaded().warnings); }

    // What is said about a host file, or about one definition file, of this text. One line for each error.
    std::string host_says(std::string_view text) {
        write("jobhost.yaml", text);
        return joined(errors());
    }
    std::string jobs_say(std::string_view text) {
        write("jobhost.yaml", "definitions: [jobs.yaml]\n");
        write("jobs.yaml", text);
        return joined(errors());
    }
    // What is said about the body of one job `a`, of which the first line is line 2 and the type is given.
    std::string job_says(std::string_view body) {
        std::string said = jobs_say("jobs:\n a: {type: x.y, " + std::string(body) + "}\n");
        for (auto at = said.find("jobs.yaml:2:"); at != std::string::npos; at = said.find("jobs.yaml:2:"))
            said.erase(at, 12);
        return said;
    }

    // The configuration, which must be right.
    Configuration configuration() const {
        LoadResult result = loaded();
        if (auto* configuration = std::get_if<Configuration>(&result.outcome))
            return std::move(*configuration);
        ADD_FAILURE() << joined(errors());
        return {};
    }
    Settings settings(std::string_view text) {
        write("jobhost.yaml", text);
        return configuration().settings;
    }
    Definition definition(std::string_view text) {
        write("jobhost.yaml", "definitions: [jobs.yaml]\nqueues: {default: {}, reports: {}}\n");
        write("jobs.yaml", text);
        const Configuration all = configuration();
        if (all.sources.size() != 1 || all.sources[0].definitions.size() != 1) {
            ADD_FAILURE() << "there must be one definition";
            return {};
        }
        return all.sources[0].definitions[0].definition;
    }

private:
    std::vector<std::string> texts(const std::vector<ConfigError>& errors) const {
        std::vector<std::string> result;
        const std::string prefix = folder().string() + "/";
        for (const ConfigError& error : errors) {
            std::string text = to_text(error);
            for (auto at = text.find(prefix); at != std::string::npos; at = text.find(prefix))
                text.erase(at, prefix.size());
            result.push_back(std::move(text));
        }
        return result;
    }
    static std::string joined(const std::vector<std::string>& lines) {
        std::string text;
        for (const std::string& line : lines)
            text += text.empty() ? line : "\n" + line;
        return text;
    }

    test::TemporaryFolder folder_;
};

}  // namespace jobhost::config
