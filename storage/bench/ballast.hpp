// Rows in the way of a claim, as SQL.
#pragma once

#include "storage/bench/place.hpp"

namespace jobhost::bench {

inline constexpr std::int64_t kFirstBallastId = 1'000'000'001;

// What inserts, from a series of n, its ids, rows of one kind: old ones, ahead of every job that is measured.
// REQUIRES: ballast is not none.
inline std::string ballast_insertion(Ballast ballast, const std::string& table) {
    const std::string served_lane = "1 + n % " + std::to_string(kServedLanes);
    std::string facts;  // lane, state, due_at, server, lease, finished_at
    if (ballast == Ballast::retained) facts = served_lane + ", 4, NULL, 1, 1, n";
    if (ballast == Ballast::future) facts = served_lane + ", 1, 4000000000000000 + n, NULL, 0, NULL";
    if (ballast == Ballast::unserved) facts = std::to_string(kTypes.size()) + ", 2, NULL, NULL, 0, NULL";
    return "INSERT INTO " + table +
           " (id, order_key, created_at, enqueued_at, claimed_at, policy, priority, arguments, lane, state,"
           " due_at, server, lease, finished_at) SELECT n, n, n, n, n, 1, 0, '" +
           kArguments + "', " + facts + " FROM series";
}

// Gives the lanes of kTypes their numbers, in a space that has none yet.
inline std::string lane_insertion(const std::string& table) {
    std::string rows;
    for (const char* type : kTypes)
        rows += std::string{rows.empty() ? "" : ", "} + "('default', '" + type + "', 1)";
    return "INSERT INTO " + table + " (queue, type, payload_version) VALUES " + rows;
}

}  // namespace jobhost::bench
