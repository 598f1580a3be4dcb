// Schedules that fire: cursors move, and what is due comes in.
#pragma once

#include "storage/definition_store.hpp"
#include "storage/soci/change.hpp"

#include <map>
#include <span>

namespace jobhost::storage {

// Of those that have one: the run by the schedule for the latest instant that is not final.
std::map<DefinitionId, JobId> open_runs(Session& session, std::span<const DefinitionId> definitions);

// As DefinitionStore::fire(), in one transaction. REQUIRES: check_jobs() and check_submission() have passed.
std::size_t fire(Change& change, std::span<const Firing> firings);

}  // namespace jobhost::storage
