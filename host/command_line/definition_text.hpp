// Definitions as people look at them, and as JSON.
#pragma once

#include "storage/definition_store.hpp"

#include <boost/json.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace jobhost::host {

// Its rules in one line; empty: it has none.
std::string schedule_text(const storage::StoredDefinition& stored);
// "0 6 * * * (UTC), from 2026-12-01 00:00:00, jitter 5m", one for each rule, or what stands for them.
std::vector<std::string> rule_texts(const storage::StoredDefinition& stored);
// "run_all, the latest 7, grace 2m"
std::string rules_for_missed(const Schedule& schedule);
// Those that fire with it, without itself; empty: none does.
std::string companions(const Definition& definition);
// "a, and with it b, c, as something waits for them together"
std::string with_companions(const Definition& definition);
// REQUIRES: it is retired.
std::string retired_text(const storage::StoredDefinition& stored);
// Empty: it is not paused.
std::string pause_text(const storage::StoredDefinition& stored, TimePoint now);
// What an operator should know of it: a pause, what was missed.
std::string notes(const storage::StoredDefinition& stored, TimePoint now);

boost::json::value instant_json(const std::optional<TimePoint>& instant);
boost::json::object to_json(const storage::StoredDefinition& stored, TimePoint now);

// Those from `from` on, before `to`, at most `most`.
std::vector<TimePoint> instants_in(const Schedule& schedule, TimePoint from, std::optional<TimePoint> to,
                                   std::size_t most);

}  // namespace jobhost::host
