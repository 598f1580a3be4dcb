// Definitions as tests write them: in YAML.
#pragma once

#include "config/load.hpp"
#include "host/scheduling/sources.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace jobhost::host {

// The files "jobs.yaml" of a host, and what else lies beside it.
class WrittenDefinitions {
public:
    explicit WrittenDefinitions(const std::string& yaml) {
        folder_.write("jobhost.yaml", "definitions: [jobs.yaml]\nlimits: {tenant: {concurrent: 1}}\n");
        folder_.write("jobs.yaml", yaml);
        config::LoadResult result = config::load(folder_ / "jobhost.yaml");
        if (auto* errors = std::get_if<1>(&result.outcome))
            for (const config::ConfigError& error : *errors)
                ADD_FAILURE() << to_text(error);
        else
            configuration_ = std::get<0>(std::move(result.outcome));
    }

    void write(const std::string& name, std::string_view text) const { folder_.write(name, text); }

    std::vector<storage::SourceDefinitions> sources() const { return sources_of(configuration_); }
    std::map<std::string, std::filesystem::path> folders() const { return folders_of(configuration_); }

private:
    test::TemporaryFolder folder_;
    config::Configuration configuration_;
};

}  // namespace jobhost::host
