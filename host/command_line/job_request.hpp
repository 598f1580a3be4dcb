// Jobs as the command line asks for them: by options, or as a line of JSON.
#pragma once

#include "host/command_line/commands.hpp"
#include "host/command_line/known_types.hpp"
#include "storage/storage.hpp"

#include <map>
#include <optional>
#include <string>

namespace jobhost::host {

// Turns requests into jobs without ids. Problems are CommandError with a sentence.
class JobRequests {
public:
    // All outlive this.
    JobRequests(const config::Configuration& configuration, storage::Storage& storage, const Clock& clock)
        : configuration_{configuration},
          definitions_{storage.definitions()},
          clock_{clock},
          types_{configuration, &storage.servers()} {}

    NewJob from_options(const EnqueueOptions& options);
    // {"type": "mail.send", "args": {...}, "queue": ..., "priority": ..., "in": "10s", "at": ...,
    // "expires_in": ...}
    NewJob from_json(const std::string& line, bool allow_unknown_type);

private:
    NewJob named(const std::string& name);
    // "; did you mean 'nightly-backup'?", or nothing.
    std::string nearest_definition(const std::string& name) const;

    const config::Configuration& configuration_;
    storage::DefinitionStore& definitions_;
    const Clock& clock_;
    KnownTypes types_;
    std::map<std::string, std::optional<storage::StoredDefinition>> stored_;  // by name, as looked up so far
};

}  // namespace jobhost::host
