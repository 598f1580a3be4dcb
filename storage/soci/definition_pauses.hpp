// Pauses of definitions. Those that fire together are paused together, so that none of them runs beside its
// own pause or without those that something waits for as well.
#pragma once

#include "storage/soci/definition_rows.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace jobhost::storage {

// `stored` and those that fire with it, by id. Without retired ones.
std::vector<StoredDefinition> firing_together(Session& session, const StoredDefinition& stored);

// Sets it, or takes it away, and the next instant with it.
void put_pause(Session& session, const StoredDefinition& stored, const std::optional<DefinitionPause>& pause);

// Definitions that fire together from now on: the pause that lasts longest holds for all of them.
void pause_together(Session& session, std::span<const std::string> names);

}  // namespace jobhost::storage
