// What a person does to some jobs, in one transaction.
#pragma once

#include "storage/operation_store.hpp"
#include "storage/soci/restoration.hpp"

#include <span>
#include <vector>

namespace jobhost::storage {

// One answer for each id, in their order. Leaves an event at each job that it changes.
std::vector<Operated> operate(Change& change, std::span<const JobId> jobs, const Operation& operation);

// Without those that the operation would leave as they are; they are held.
std::vector<JobId> left_to_do(Change& change, std::vector<JobId> jobs, const Operation& operation);

// Those that can be operated on at once.
inline constexpr std::size_t kMostOperated = 1000;

}  // namespace jobhost::storage
