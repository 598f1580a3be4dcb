// Lists and counts of the reference model: it looks at every job each time.
#pragma once

#include "storage/job_queries.hpp"
#include "tests/storage/model_store/model_database.hpp"

namespace jobhost::storage::model {

bool passes(const JobRecord& job, const JobFilter& filter, const std::string& definition);
// Its name; empty: the job has none.
std::string definition_of(const ModelDatabase& database, const JobRecord& job);

class ModelJobQueries final : public JobQueries {
public:
    explicit ModelJobQueries(Opened& opened) : opened_{opened} {}

    std::optional<Job> find(JobId id) override;
    JobPage list(const JobFilter& filter, std::size_t limit, const std::string& cursor) override;
    StateCounts count(const std::optional<QueueName>& queue, const std::optional<std::string>& type) override;
    std::set<TypeVersion> unfinished_types() override;
    std::vector<JobEvent> events(JobId id) override;
    std::vector<LogLine> log(JobId id, LogPosition& position) override;

private:
    Opened& opened_;
};

}  // namespace jobhost::storage::model
