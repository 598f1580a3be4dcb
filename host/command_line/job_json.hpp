// Jobs as JSON: the only place that spells their fields. Ids are strings, since JavaScript's numbers end at
// 2^53.
#pragma once

#include "storage/job_queries.hpp"

#include <boost/json.hpp>

namespace jobhost::host {

boost::json::object to_json(const Job& job);
boost::json::object to_json(const JobEvent& event);
boost::json::object to_json(const storage::LogLine& line);
boost::json::object to_json(const storage::StateCounts& counts);

// Facts that more than one way of showing a job wants.
Reason reason_of(const State& state) noexcept;
std::optional<TimePoint> due_at_of(const State& state) noexcept;
std::string result_of(const State& state);

}  // namespace jobhost::host
