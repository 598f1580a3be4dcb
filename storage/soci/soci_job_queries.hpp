#pragma once

#include "storage/job_queries.hpp"
#include "storage/soci/database.hpp"

namespace jobhost::storage {

class SociJobQueries final : public JobQueries {
public:
    // Both must outlive the object.
    explicit SociJobQueries(Database& database) : database_{database}, catalog_{database.catalog()} {}

    std::optional<Job> find(JobId id) override;
    JobPage list(const JobFilter& filter, std::size_t limit, const std::string& cursor) override;
    StateCounts count(const std::optional<QueueName>& queue, const std::optional<std::string>& type) override;
    std::set<TypeVersion> unfinished_types() override;
    std::vector<JobEvent> events(JobId id) override;
    std::vector<LogLine> log(JobId id, LogPosition& position) override;

private:
    Database& database_;
    const StatementCatalog& catalog_;
};

}  // namespace jobhost::storage
