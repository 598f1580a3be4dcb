// Jobs as the command line asks for them: by options, or as a line of JSON.
#pragma once

#include "host/command_line/commands.hpp"
#include "host/command_line/known_types.hpp"
#include "host/scheduling/submission.hpp"
#include "storage/storage.hpp"

#include <boost/json.hpp>

#include <map>
#include <optional>
#include <string>
#include <variant>

namespace jobhost::host {

// Turns requests into jobs without ids. Problems are CommandError with a sentence.
class JobRequests {
public:
    // All outlive this.
    JobRequests(const config::Configuration& configuration, storage::Storage& storage, const Clock& clock)
        : configuration_{configuration},
          storage_{storage},
          clock_{clock},
          types_{configuration, &storage.servers()} {}

    NewJob from_options(const EnqueueOptions& options);
    // A definition, with what waits for it, or the batch that it is; the job of that name is the first.
    // Nothing: there is none of that name. All have ids.
    std::optional<Submission> definition_from_options(const EnqueueOptions& options);
    // {"type": "mail.send", "args": {...}, "queue": ..., "priority": ..., "in": "10s", "at": ...,
    // "expires_in": ..., "after": ["12"], "on": "finished", "delay": "5m", "unique": "key" or {"key": ...,
    // "while": ..., "on_conflict": ...}, "tags": [...], "limits": ["smtp", "tenant:acme"], "batch": "7"}
    NewJob from_json(const std::string& line, bool allow_unknown_type);
    NewJob from_json(const boost::json::object& request, bool allow_unknown_type);
    // That they are a JSON object which that type can take.
    void check_arguments(const std::string& type, const std::string& arguments);
    // What has that number in the database.
    Parent parent(std::int64_t id, Condition on);

private:
    struct Named {
        NewJob job;
        bool is_definition = false;
    };
    Named named(const std::string& name);
    void apply(const EnqueueOptions& options, NewJob& job, bool is_definition);
    const storage::StoredDefinition* find_definition(const std::string& name);
    // REQUIRES: find_definition() has found it.
    Submission submission_of_definition(const std::string& name, const std::optional<std::string>& arguments);
    // "; did you mean 'nightly-backup'?", or nothing.
    std::string nearest_definition(const std::string& name) const;

    const config::Configuration& configuration_;
    storage::Storage& storage_;
    const Clock& clock_;
    KnownTypes types_;
    // As looked up so far.
    std::optional<std::vector<storage::StoredDefinition>> definitions_;  // stored, or in the files
    std::map<std::int64_t, std::variant<JobId, BatchId>> parents_;       // by number
};

}  // namespace jobhost::host
