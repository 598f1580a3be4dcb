// Schedules as JSON, for the texts of definitions.
#pragma once

#include "storage/model/schedule.hpp"

#include <boost/json.hpp>

#include <string>

namespace jobhost::storage {

// DO NOT RENAME members: these texts are on disk.
boost::json::object schedule_to_json(const Schedule& schedule);
// `definition` is the name that spreads what is written as `H`. Throws StorageError (corrupt), or what
// Boost.JSON throws, for what the function above cannot have written.
Schedule schedule_from_json(const boost::json::object& object, const std::string& definition);

}  // namespace jobhost::storage
