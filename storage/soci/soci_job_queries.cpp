#include "storage/soci/soci_job_queries.hpp"

#include "storage/soci/instants.hpp"
#include "storage/soci/job_row.hpp"
#include "storage/storage_error.hpp"

#include <boost/json.hpp>

namespace jobhost::storage {

namespace {

// Each filter that is set becomes one condition and one parameter.
struct Conditions {
    std::string text;
    std::vector<Parameter> parameters;

    template <class Value>
    void add(const char* column, const char* name, const Value& value) {
        text += text.empty() ? " WHERE " : " AND ";
        text += std::string{column} + " = :" + name;
        parameters.emplace_back(name, value);
    }
};

Conditions conditions_of(const JobFilter& filter) {
    Conditions conditions;
    if (filter.state) conditions.add("job.state", "state", static_cast<long long>(*filter.state));
    if (filter.queue) conditions.add("lane.queue", "queue", filter.queue->value);
    if (filter.type) conditions.add("lane.type", "type", *filter.type);
    if (filter.definition) conditions.add("definition.name", "definition", *filter.definition);
    return conditions;
}

std::vector<LogLine> lines_of(Lease lease, const std::string& text) {
    std::vector<LogLine> lines;
    const boost::json::value parsed = boost::json::parse(text);
    for (const boost::json::value& line : parsed.as_array())
        lines.push_back({instant(line.at("at").to_number<long long>()), lease,
                         std::string{line.at("level").as_string()},
                         std::string{line.at("text").as_string()}});
    return lines;
}

}  // namespace

std::optional<Job> SociJobQueries::find(JobId id) {
    std::vector<Job> found;
    database_.read([&](Session& session) {
        found = select_jobs(session, catalog_["job_select"], " WHERE job.id = :id", {{"id", id.value}});
    });
    if (found.empty()) return std::nullopt;
    return std::move(found.front());
}

JobPage SociJobQueries::list(const JobFilter& filter, std::size_t limit, const std::string& cursor) {
    Conditions conditions = conditions_of(filter);
    if (!cursor.empty()) {
        conditions.text += conditions.text.empty() ? " WHERE " : " AND ";
        conditions.text += "job.id < :before";
        conditions.parameters.emplace_back("before", std::stoll(cursor));
    }
    conditions.parameters.emplace_back("count", static_cast<long long>(limit));
    JobPage page;
    database_.read([&](Session& session) {
        page.jobs =
            select_jobs(session, catalog_["job_select"],
                        conditions.text + " ORDER BY job.id DESC LIMIT :count", conditions.parameters);
    });
    if (page.jobs.size() == limit) page.next = std::to_string(page.jobs.back().id.value);
    return page;
}

StateCounts SociJobQueries::count(const std::optional<QueueName>& queue,
                                  const std::optional<std::string>& type) {
    const Conditions conditions = conditions_of({.queue = queue, .type = type});
    StateCounts counts{};
    database_.read([&](Session& session) {
        for (const auto& [state, count] : session.rows_of_text<int, long long>(
                 catalog_["job_count"] + conditions.text + " GROUP BY job.state", conditions.parameters))
            counts.at(static_cast<std::size_t>(state)) = count;
    });
    return counts;
}

std::vector<JobEvent> SociJobQueries::events(JobId id) {
    std::vector<JobEvent> events;
    database_.read([&](Session& session) {
        for (auto& [at, cause, attempt, error_code, message, by] :
             session.rows<long long, int, int, std::string, std::string, std::string>("job_event_list",
                                                                                      {{"job", id.value}}))
            events.push_back({instant(at), static_cast<Cause>(cause), attempt, std::move(error_code),
                              std::move(message), std::move(by)});
    });
    return events;
}

std::vector<LogLine> SociJobQueries::log(JobId id, LogPosition& position) {
    std::vector<LogLine> lines;
    database_.read([&](Session& session) {
        // A name of its own for each use of the lease: ODBC binds by place.
        for (const auto& [lease, number, text] :
             session.rows<long long, int, std::string>("job_log_after", {{"job", id.value},
                                                                         {"lease", position.lease},
                                                                         {"same_lease", position.lease},
                                                                         {"number", position.number}})) {
            const auto chunk = lines_of(Lease{lease}, text);
            lines.insert(lines.end(), chunk.begin(), chunk.end());
            position = {lease, number};
        }
    });
    return lines;
}

}  // namespace jobhost::storage
