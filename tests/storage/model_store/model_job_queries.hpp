// Lists and counts of the reference model: it looks at every job each time.
#pragma once

#include "storage/job_queries.hpp"
#include "tests/storage/model_store/model_database.hpp"

namespace jobhost::storage::model {

class ModelJobQueries final : public JobQueries {
public:
    explicit ModelJobQueries(Opened& opened) : opened_{opened} {}

    std::optional<Job> find(JobId id) override;
    JobPage list(const JobFilter& filter, std::size_t limit, const std::string& cursor) override;
    StateCounts count(const std::optional<QueueName>& queue, const std::optional<std::string>& type) override;
    std::vector<JobEvent> events(JobId id) override;
    std::vector<LogLine> log(JobId id, LogPosition& position) override;

private:
    Opened& opened_;
};

}  // namespace jobhost::storage::model
