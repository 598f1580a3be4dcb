// What a host's plugins offer, in the words of those who need it.
#pragma once

#include "config/settings.hpp"
#include "host/execution/dispatcher.hpp"
#include "host/execution/exchange_loop.hpp"
#include "host/plugin/catalog.hpp"
#include "host/upkeep/last_jobs.hpp"
#include "storage/operation_store.hpp"
#include "storage/server_store.hpp"

#include <set>
#include <span>
#include <vector>

namespace jobhost::host {

// Of all those there are.
std::set<QueueName> paused_queues(storage::OperationStore& operations);
// The payload version of a type is that of its latest generation; the others are taken, too, whoever runs
// them, and need not be one range. `types` are as Catalog::types() gives them.
Served served_by(const config::Settings& settings, std::span<const FoundType> types);
std::vector<storage::ServedType> served_types_of(std::span<const FoundType> types);
// Of generations that are not the latest of their plugins: what only they run.
LastJobs::Needs needs_of(std::span<const FoundType> types);
std::vector<storage::ServedPlugin> served_plugins_of(std::span<const Generation> generations,
                                                     std::span<const RefusedPlugin> refused);

}  // namespace jobhost::host
