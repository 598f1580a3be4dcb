// What a plugin says about itself, after checking.
#pragma once

#include "storage/model/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace jobhost::worker {
struct ReadyMessage;
}

namespace jobhost::host {

struct JobTypeDescription {
    std::string name;       // local: "resize"
    std::string full_name;  // "images.resize"
    std::string description;
    std::string arguments_schema;  // JSON Schema; empty: anything
    std::string result_schema;
    std::uint32_t flags = 0;  // JOBHOST_JOB_ bits
    std::uint32_t payload_version = 1;
    std::uint32_t accepts_from = 1;           // oldest payload version that it can upgrade
    std::optional<Duration> default_timeout;  // nothing: the host's

    // Whether it takes arguments of this version; 0: the newest.
    bool takes(int version) const {
        return version == 0 ||
               (version >= static_cast<int>(accepts_from) && version <= static_cast<int>(payload_version));
    }
};

struct PluginDescription {
    std::string name;     // "images"
    std::string version;  // "1.2.0"
    std::vector<JobTypeDescription> types;
    bool has_filters = false;  // which are called before and after each of its runs

    // The place in `types` of the type with this full name.
    std::optional<std::size_t> find(std::string_view full_name) const;
};

PluginDescription describe(worker::ReadyMessage ready);

}  // namespace jobhost::host
