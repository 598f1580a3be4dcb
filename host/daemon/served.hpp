// What a host's plugins offer, in the words of those who need it.
#pragma once

#include "config/settings.hpp"
#include "host/execution/dispatcher.hpp"
#include "host/execution/exchange_loop.hpp"
#include "host/plugin/catalog.hpp"
#include "storage/operation_store.hpp"
#include "storage/server_store.hpp"

#include <set>
#include <span>
#include <vector>

namespace jobhost::host {

// Of all those there are.
std::set<QueueName> paused_queues(storage::OperationStore& operations);
Served served_by(const config::Settings& settings, std::span<const FoundType> types);
std::vector<storage::ServedType> served_types_of(std::span<const FoundType> types);
std::vector<storage::ServedPlugin> served_plugins_of(std::span<const Generation> generations,
                                                     std::span<const RefusedPlugin> refused);

}  // namespace jobhost::host
