#include "storage/soci/job_scan.hpp"

#include "storage/digest.hpp"
#include "storage/soci/lane_rows.hpp"
#include "storage/storage_error.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <tuple>

namespace jobhost::storage {

namespace {

using Maybe = std::optional<long long>;

// A page looks at so many jobs at most, in steps.
constexpr std::size_t kMostLooks = 5;
constexpr std::size_t kStep = 1000;

constexpr long long kGreatest = std::numeric_limits<long long>::max();
constexpr long long kLeast = std::numeric_limits<long long>::min();

// Says the same for the same filter on every host; long enough not to be met by accident.
std::string mark_of(const JobFilter& filter) {
    std::string text;
    const auto add = [&](const std::string& part) { text += part + '\n'; };
    add(filter.state ? std::string{to_string(*filter.state)} : "");
    add(filter.queue ? "queue " + filter.queue->value : "");
    add(filter.type ? "type " + *filter.type : "");
    add(filter.definition ? "definition " + *filter.definition : "");
    add(filter.tag ? "tag " + *filter.tag : "");
    add(filter.batch ? "batch " + std::to_string(filter.batch->value) : "");
    add(filter.has_warnings ? "warnings" : "");
    return sha256(text).substr(0, 8);
}

[[noreturn]] void refuse_cursor() {
    throw StorageError{StorageError::Kind::refused,
                       "this cursor does not belong to this list; begin at its first page"};
}

// Takes "number:" or the last "number" off `text`.
long long take_number(std::string_view& text) {
    const std::string_view part = text.substr(0, text.find(':'));
    long long number = 0;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), number);
    if (error != std::errc{} || end != part.data() + part.size()) refuse_cursor();
    text.remove_prefix(std::min(part.size() + 1, text.size()));
    return number;
}

}  // namespace

JobScan::Order JobScan::order_of(const JobFilter& filter) {
    if (filter.tag) return Order::by_tag;
    if (filter.batch) return Order::by_batch;
    if (!filter.state || *filter.state == StateName::awaiting) return Order::by_id;
    if (*filter.state == StateName::scheduled) return Order::by_due;
    if (*filter.state == StateName::enqueued) return Order::by_turn;
    if (*filter.state == StateName::processing) return Order::running;
    return Order::by_finish;
}

JobScan::JobScan(Session& session, const JobFilter& filter, const std::string& cursor)
    : session_{session}, filter_{filter}, order_{order_of(filter)}, mark_{mark_of(filter)} {
    start(cursor);
    for (const Lane& lane : read_lanes(session, filter.queue, filter.type))
        lanes_.push_back(lane.id);
    if (!filter.definition) return;
    const auto found = session.rows<long long>("definition_id", {{"name", *filter.definition}});
    definition_ = found.empty() ? -1 : std::get<0>(found.front());
}

void JobScan::start(const std::string& cursor) {
    const bool is_ascending = order_ == Order::by_due || order_ == Order::by_turn || order_ == Order::running;
    place_ = is_ascending ? ScanPlace{kLeast, kLeast} : ScanPlace{kGreatest, kGreatest};
    if (cursor.empty()) return;
    std::string_view rest = cursor;
    if (!rest.starts_with(mark_ + ":")) refuse_cursor();
    rest.remove_prefix(mark_.size() + 1);
    place_.key = take_number(rest);
    place_.id = take_number(rest);
    if (!rest.empty()) refuse_cursor();
}

std::string JobScan::cursor() const {
    return mark_ + ":" + std::to_string(place_.key) + ":" + std::to_string(place_.id);
}

ScanResult JobScan::next(std::size_t limit) {
    ScanResult result;
    const bool is_filtered = filter_.queue || filter_.type || filter_.definition || filter_.has_warnings ||
                             filter_.state == StateName::awaiting ||
                             (filter_.tag && (filter_.state || filter_.batch));
    const bool is_hopeless = lanes_.empty() || definition_ == -1;
    for (std::size_t i = 0; i < kMostLooks && result.jobs.size() < limit; ++i) {
        const std::size_t step = is_filtered ? kStep : limit - result.jobs.size();
        const std::vector<Seen> seen = is_hopeless ? std::vector<Seen>{} : look(step);
        for (const Seen& job : seen) {
            if (result.jobs.size() == limit) return result;
            place_ = job.place;
            if (passes(job)) result.jobs.push_back(JobId{job.place.id});
        }
        result.is_at_end = seen.size() < step;
        if (result.is_at_end) break;
    }
    return result;
}

bool JobScan::passes(const Seen& seen) const {
    if (filter_.state && seen.state != static_cast<int>(*filter_.state)) return false;
    if (definition_ && seen.definition != definition_) return false;
    if (filter_.has_warnings && seen.warnings == 0) return false;
    if (filter_.batch && seen.batch != filter_.batch->value) return false;
    return std::binary_search(lanes_.begin(), lanes_.end(), seen.lane);
}

std::vector<JobScan::Seen> JobScan::look(std::size_t count) {
    const Parameter key{"key", place_.key};
    const Parameter id{"id", place_.id};
    switch (order_) {
        case Order::by_turn:
            return look_by_turn(count);
        case Order::by_batch:
            return look_by_batch(count);
        case Order::by_finish:
            return read("job_scan_finished", count,
                        {key, id, {"state", static_cast<long long>(*filter_.state)}});
        case Order::by_due:
            return read("job_scan_due", count, {key, id});
        case Order::running:
            return read("job_scan_running", count, {id});
        case Order::by_tag:
            return read("job_scan_tag", count, {id, {"tag", *filter_.tag}});
        case Order::by_id:
            break;
    }
    return read("job_scan", count, {id});
}

std::vector<JobScan::Seen> JobScan::read(const char* statement, std::size_t count, Parameters parameters) {
    parameters.emplace_back("count", static_cast<long long>(count));
    std::vector<Seen> seen;
    for (const auto& [key, id, lane, state, definition, warnings, batch] :
         session_.rows<long long, long long, long long, int, Maybe, int, Maybe>(statement, parameters))
        seen.push_back({{key, id}, LaneId{lane}, state, definition, warnings, batch});
    return seen;
}

// Lane by lane, as claims go, and merged.
std::vector<JobScan::Seen> JobScan::look_by_turn(std::size_t count) {
    std::vector<Seen> seen;
    for (const LaneId lane : lanes_)
        for (Seen& job :
             read("job_scan_lane", count, {{"lane", lane.value}, {"key", place_.key}, {"id", place_.id}}))
            seen.push_back(std::move(job));
    std::sort(seen.begin(), seen.end(), [](const Seen& a, const Seen& b) {
        return std::tie(a.place.key, a.place.id) < std::tie(b.place.key, b.place.id);
    });
    if (seen.size() > count) seen.resize(count);
    return seen;
}

// State by state, as the index has it, and merged from the newest.
std::vector<JobScan::Seen> JobScan::look_by_batch(std::size_t count) {
    std::vector<Seen> seen;
    for (std::size_t state = 0; state < kStateNames.size(); ++state) {
        if (filter_.state && static_cast<std::size_t>(*filter_.state) != state) continue;
        for (Seen& job : read("job_scan_batch", count,
                              {{"batch", filter_.batch->value},
                               {"state", static_cast<long long>(state)},
                               {"id", place_.id}}))
            seen.push_back(std::move(job));
    }
    std::sort(seen.begin(), seen.end(), [](const Seen& a, const Seen& b) { return a.place.id > b.place.id; });
    if (seen.size() > count) seen.resize(count);
    return seen;
}

}  // namespace jobhost::storage
