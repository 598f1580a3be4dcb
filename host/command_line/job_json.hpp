// What is stored as JSON: the only place that spells its fields. Ids are strings, since JavaScript's numbers
// end at 2^53.
#pragma once

#include "storage/storage.hpp"

#include <boost/json.hpp>

namespace jobhost::host {

boost::json::object to_json(const Job& job);
boost::json::object to_json(const JobEvent& event);
boost::json::object to_json(const storage::LogLine& line);
boost::json::object to_json(const storage::StateCounts& counts);
boost::json::object to_json(const Batch& batch);
boost::json::object to_json(const storage::Command& command);
boost::json::object to_json(const storage::QueueState& queue);  // without its counts
boost::json::object to_json(const storage::SlotCounts& slots);
boost::json::object to_json(const storage::LimitUsage& usage);
boost::json::object to_json(const storage::KeyUsage& usage);
boost::json::object to_json(const storage::ServerInfo& server);

template <class Items>
boost::json::array array_of(const Items& items) {
    boost::json::array array;
    for (const auto& item : items)
        array.push_back(to_json(item));
    return array;
}

// "live", "stopped", "dead".
std::string_view to_string(storage::ServerState state) noexcept;

// Facts that more than one way of showing a job wants.
Reason reason_of(const State& state) noexcept;
std::optional<TimePoint> due_at_of(const State& state) noexcept;
std::string result_of(const State& state);

}  // namespace jobhost::host
