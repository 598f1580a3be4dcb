// Schedules that fire: cursors move, and what is due comes in.
#pragma once

#include "storage/definition_store.hpp"
#include "storage/soci/change.hpp"

#include <span>

namespace jobhost::storage {

// As DefinitionStore::fire(), in one transaction. REQUIRES: check_jobs() and check_submission() have passed.
std::size_t fire(Change& change, std::span<const Firing> firings);

}  // namespace jobhost::storage
