#include "storage/soci/soci_job_queries.hpp"

#include "storage/soci/instants.hpp"
#include "storage/soci/job_row.hpp"
#include "storage/soci/job_scan.hpp"
#include "storage/soci/lane_rows.hpp"
#include "storage/storage_error.hpp"

#include <boost/json.hpp>

#include <map>
#include <set>

namespace jobhost::storage {

namespace {

// Only a damaged file holds such a value.
StorageError impossible() {
    return {StorageError::Kind::corrupt,
            "the database holds a value that it cannot hold; check it, or restore a backup"};
}

// A number that stands for one of `count` things.
std::size_t checked(int number, std::size_t count) {
    if (number < 0 || static_cast<std::size_t>(number) >= count) throw impossible();
    return static_cast<std::size_t>(number);
}

std::vector<LogLine> lines_of(Lease lease, const std::string& text) {
    std::vector<LogLine> lines;
    try {
        const boost::json::value parsed = boost::json::parse(text);
        for (const boost::json::value& line : parsed.as_array())
            lines.push_back({instant(line.at("at").to_number<long long>()), lease,
                             std::string{line.at("level").as_string()},
                             std::string{line.at("text").as_string()}});
    } catch (const boost::system::system_error&) {
        throw impossible();
    }
    return lines;
}

}  // namespace

std::optional<Job> SociJobQueries::find(JobId id) {
    std::vector<Job> found;
    database_.read([&](Session& session) { found = select_jobs(session, {&id, 1}); });
    if (found.empty()) return std::nullopt;
    return std::move(found.front());
}

JobPage SociJobQueries::list(const JobFilter& filter, std::size_t limit, const std::string& cursor) {
    JobPage page;
    database_.read([&](Session& session) {
        JobScan scan{session, filter, cursor};
        const ScanResult found = scan.next(limit);
        page.jobs = select_jobs(session, found.jobs);
        if (!found.is_at_end) page.next = scan.cursor();
    });
    return page;
}

StateCounts SociJobQueries::count(const std::optional<QueueName>& queue,
                                  const std::optional<std::string>& type) {
    StateCounts counts{};
    database_.read([&](Session& session) {
        std::set<long long> lanes;
        for (const auto& [id, lane_queue, lane_type, version] :
             session.rows<long long, std::string, std::string, int>("lane_list"))
            if ((!queue || queue->value == lane_queue) && (!type || *type == lane_type)) lanes.insert(id);
        for (const auto& [lane, state, count] : session.rows<long long, int, long long>("counter_list"))
            if (lanes.contains(lane)) counts.at(checked(state, counts.size())) += count;
    });
    return counts;
}

std::set<TypeVersion> SociJobQueries::unfinished_types() {
    std::set<TypeVersion> types;
    database_.read([&](Session& session) {
        types.clear();
        std::map<long long, long long> unfinished;  // by lane
        for (const auto& [lane, state, count] : session.rows<long long, int, long long>("counter_list"))
            if (!is_final(static_cast<StateName>(checked(state, kStateNames.size()))))
                unfinished[lane] += count;
        for (Lane& lane : read_lanes(session))
            if (unfinished[lane.id.value] > 0) types.insert({std::move(lane.type), lane.payload_version});
    });
    return types;
}

std::vector<JobEvent> SociJobQueries::events(JobId id) {
    std::vector<JobEvent> events;
    database_.read([&](Session& session) {
        for (auto& [at, cause, attempt, error_code, message, by, detail] :
             session.rows<long long, int, int, std::string, std::string, std::string, std::string>(
                 "job_event_list", {{"job", id.value}}))
            events.push_back({instant(at), static_cast<Cause>(checked(cause, kCauseNames.size())), attempt,
                              std::move(error_code), std::move(message), std::move(by), std::move(detail)});
    });
    return events;
}

std::vector<LogLine> SociJobQueries::log(JobId id, LogPosition& position) {
    std::vector<LogLine> lines;
    LogPosition end = position;
    database_.read([&](Session& session) {
        for (const auto& [lease, number, text] : session.rows<long long, int, std::string>(
                 "job_log_after",
                 {{"job", id.value}, {"lease", position.lease}, {"number", position.number}})) {
            const auto chunk = lines_of(Lease{lease}, text);
            lines.insert(lines.end(), chunk.begin(), chunk.end());
            end = {lease, number};
        }
    });
    position = end;  // only now: what is not returned is read again
    return lines;
}

}  // namespace jobhost::storage
