#include "tests/storage/model_store/model_job_queries.hpp"

#include "storage/storage_error.hpp"
#include "tests/storage/model_store/model_texts.hpp"

#include <algorithm>
#include <charconv>

namespace jobhost::storage::model {

namespace {

// Where a job stands in a list; smaller ones come first.
using Place = std::pair<std::int64_t, std::int64_t>;

Place place_of(const JobRecord& job, const JobFilter& filter) {
    const std::int64_t id = job.seen.id.value;
    if (!filter.state || *filter.state == StateName::awaiting) return {0, -id};
    if (const auto* state = std::get_if<Scheduled>(&job.seen.state))
        return {state->due_at.time_since_epoch().count(), id};
    if (job.state() == StateName::enqueued) return {job.order_key, id};
    if (job.state() == StateName::processing) return {0, id};
    return {-job.seen.finished_at.value().time_since_epoch().count(), -id};
}

}  // namespace

bool passes(const JobRecord& job, const JobFilter& filter, const std::string& definition) {
    return (!filter.state || *filter.state == job.state()) &&
           (!filter.queue || *filter.queue == job.seen.queue) &&
           (!filter.type || *filter.type == job.seen.type) &&
           (!filter.definition || (*filter.definition == definition && job.definition)) &&
           (!filter.tag || std::count(job.seen.tags.begin(), job.seen.tags.end(), *filter.tag) > 0) &&
           (!filter.batch || *filter.batch == job.seen.batch) &&
           (!filter.has_warnings || job.seen.warnings > 0);
}

std::string definition_of(const ModelDatabase& database, const JobRecord& job) {
    const DefinitionRecord* record = job.definition ? database.find_definition(*job.definition) : nullptr;
    return record ? record->stored.definition.name : "";
}

namespace {

// A filter as text, so that a cursor remembers which one it belongs to.
std::string text_of(const JobFilter& filter) {
    std::string text = std::to_string(filter.state ? static_cast<int>(*filter.state) : -1);
    for (const auto& part :
         {filter.queue ? std::optional{filter.queue->value} : std::nullopt, filter.type, filter.definition,
          filter.tag, filter.batch ? std::optional{std::to_string(filter.batch->value)} : std::nullopt})
        text += part ? "," + std::to_string(part->size()) + ":" + *part : ",";
    return text + (filter.has_warnings ? ",warnings;" : ";");
}

std::string cursor_of(const JobFilter& filter, const Place& last) {
    return text_of(filter) + std::to_string(last.first) + "," + std::to_string(last.second);
}

[[noreturn]] void refuse_cursor() {
    throw StorageError{StorageError::Kind::refused, "the cursor does not belong to this list"};
}

std::int64_t number_of(std::string_view text) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) refuse_cursor();
    return number;
}

Place place_at(const JobFilter& filter, const std::string& cursor) {
    const std::string expected = text_of(filter);
    if (!cursor.starts_with(expected)) refuse_cursor();
    const std::string_view place = std::string_view{cursor}.substr(expected.size());
    const std::size_t comma = place.find(',');
    if (comma == std::string_view::npos) refuse_cursor();
    return {number_of(place.substr(0, comma)), number_of(place.substr(comma + 1))};
}

Job seen(const ModelDatabase& database, const JobRecord& record) {
    Job job = record.seen;
    for (const LimitUse& use : job.limits)
        if (record.is_waiting() && record.slots.contains(use)) job.promised.push_back(use);
    job.definition = definition_of(database, record);
    const auto server = database.servers.find(record.server);
    if (server != database.servers.end()) job.server = server->second.info.name;
    return job;
}

}  // namespace

std::optional<Job> ModelJobQueries::find(JobId id) {
    return opened_.read([&](const ModelDatabase& database) {
        const auto found = database.jobs.find(id);
        return found == database.jobs.end() ? std::nullopt : std::optional{seen(database, found->second)};
    });
}

JobPage ModelJobQueries::list(const JobFilter& filter, std::size_t limit, const std::string& cursor) {
    return opened_.read([&](const ModelDatabase& database) {
        std::map<Place, const JobRecord*> found;
        for (const auto& [id, job] : database.jobs)
            if (passes(job, filter, definition_of(database, job))) found[place_of(job, filter)] = &job;
        auto at = cursor.empty() ? found.begin() : found.upper_bound(place_at(filter, cursor));
        JobPage page;
        Place last;
        for (; at != found.end() && page.jobs.size() < limit; ++at) {
            page.jobs.push_back(seen(database, *at->second));
            last = at->first;
        }
        if (at != found.end() && !page.jobs.empty()) page.next = cursor_of(filter, last);
        return page;
    });
}

StateCounts ModelJobQueries::count(const std::optional<QueueName>& queue,
                                   const std::optional<std::string>& type) {
    return opened_.read([&](const ModelDatabase& database) {
        StateCounts counts{};
        const JobFilter filter{.state = {}, .queue = queue, .type = type, .definition = {}};
        for (const auto& [id, job] : database.jobs)
            if (passes(job, filter, {})) ++counts.at(static_cast<std::size_t>(job.state()));
        return counts;
    });
}

std::set<TypeVersion> ModelJobQueries::unfinished_types() {
    return opened_.read([&](const ModelDatabase& database) {
        std::set<TypeVersion> types;
        for (const auto& [id, job] : database.jobs)
            if (!is_final(job.state())) types.insert({job.seen.type, job.seen.payload_version});
        return types;
    });
}

std::vector<JobEvent> ModelJobQueries::events(JobId id) {
    return opened_.read([&](const ModelDatabase& database) {
        const auto found = database.jobs.find(id);
        return found == database.jobs.end() ? std::vector<JobEvent>{} : found->second.events;
    });
}

std::vector<LogLine> ModelJobQueries::log(JobId id, LogPosition& position) {
    return opened_.read([&](const ModelDatabase& database) {
        std::vector<LogLine> lines;
        const auto found = database.jobs.find(id);
        if (found == database.jobs.end()) return lines;
        for (const auto& [key, chunk] : found->second.log) {
            const auto& [lease, number] = key;
            if (std::pair{lease.value, number} <= std::pair{position.lease, position.number}) continue;
            const std::vector<LogLine> more = lines_of(lease, chunk);
            lines.insert(lines.end(), more.begin(), more.end());
            position = {lease.value, number};
        }
        return lines;
    });
}

}  // namespace jobhost::storage::model
