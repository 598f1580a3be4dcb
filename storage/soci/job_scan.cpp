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
    const bool is_ascending = order_ != Order::by_id && order_ != Order::by_finish;
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
    const bool is_filtered =
        filter_.queue || filter_.type || filter_.definition || filter_.state == StateName::awaiting;
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
    return std::binary_search(lanes_.begin(), lanes_.end(), seen.lane);
}

std::vector<JobScan::Seen> JobScan::look(std::size_t count) {
    if (order_ == Order::by_turn) return look_by_turn(count);
    Parameters parameters{{"key", place_.key}, {"id", place_.id}, {"count", static_cast<long long>(count)}};
    const char* statement = "job_scan";
    if (order_ == Order::by_finish) {
        statement = "job_scan_finished";
        parameters.emplace_back("state", static_cast<long long>(*filter_.state));
    } else {
        if (order_ == Order::by_due) statement = "job_scan_due";
        if (order_ == Order::running) statement = "job_scan_running";
        if (order_ != Order::by_due) parameters.erase(parameters.begin());
    }
    std::vector<Seen> seen;
    for (const auto& [key, id, lane, state, definition] :
         session_.rows<long long, long long, long long, int, Maybe>(statement, parameters))
        seen.push_back({{key, id}, LaneId{lane}, state, definition});
    return seen;
}

// Lane by lane, as claims go, and merged.
std::vector<JobScan::Seen> JobScan::look_by_turn(std::size_t count) {
    std::vector<Seen> seen;
    for (const LaneId lane : lanes_)
        for (const auto& [key, id, definition] : session_.rows<long long, long long, Maybe>(
                 "job_scan_lane", {{"lane", lane.value},
                                   {"key", place_.key},
                                   {"id", place_.id},
                                   {"count", static_cast<long long>(count)}}))
            seen.push_back({{key, id}, lane, static_cast<int>(StateName::enqueued), definition});
    const auto by_turn = [](const Seen& a, const Seen& b) {
        return std::tie(a.place.key, a.place.id) < std::tie(b.place.key, b.place.id);
    };
    std::sort(seen.begin(), seen.end(), by_turn);
    if (seen.size() > count) seen.resize(count);
    return seen;
}

}  // namespace jobhost::storage
