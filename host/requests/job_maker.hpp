// From requests to jobs that can be handed in.
#pragma once

#include "host/requests/bad_request.hpp"
#include "host/requests/job_request.hpp"
#include "host/requests/surroundings.hpp"
#include "host/scheduling/submission.hpp"
#include "storage/storage.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace jobhost::host {

// One thread. Everything may throw StorageError, and BadRequest for what the store would refuse.
class JobMaker {
public:
    struct Surroundings {
        storage::Storage& storage;
        KnownDefinitions& definitions;
        KnownTypes& types;
        const Clock& clock;
        Retention retention = {};              // of jobs without a definition
        bool are_unknown_types_taken = false;  // such jobs wait for a plugin that has the type
        // The jobs are handed in later: `in` counts from then.
        bool counts_from_handing_in = false;
        // What ${date} and ${scheduled_at} stand for; by default now.
        std::function<TimePoint()> as_of = {};
    };

    // What it refers to outlives this.
    explicit JobMaker(Surroundings surroundings) : around_{std::move(surroundings)} {}

    // One job of a type, or what submission_of() makes of a definition. All ids are negative still.
    Submission make(const JobRequest& request);
    // That they are a JSON object which that type can take.
    void check_arguments(const std::string& type, const std::string& arguments);
    // Looks up in one go what requests name by ids: what they wait for, and the batches that they join.
    void look_up(const std::vector<std::int64_t>& ids);
    // What has that id in the database.
    Parent parent(std::int64_t id, Condition on);
    TimePoint as_of() const { return around_.as_of ? around_.as_of() : around_.clock.now(); }

private:
    bool is_definition(const std::string& name);
    Submission of_definition(const JobRequest& request);
    NewJob of_type(const JobRequest& request);
    void apply(const JobRequest& request, NewJob& job);
    int payload_version(const std::string& type);
    // That the limits and the batch are there: here it can be said what they might be called.
    void check_places(const NewJob& job);
    // Nothing: there is neither a job nor a batch.
    std::optional<storage::Identified> identified(std::int64_t id);

    Surroundings around_;
    // As looked up so far.
    std::map<std::string, bool> definitions_;         // whether there is one of that name
    std::optional<std::vector<std::string>> limits_;  // their names, once they were needed
    std::map<std::int64_t, std::optional<storage::Identified>> identified_;
};

}  // namespace jobhost::host
