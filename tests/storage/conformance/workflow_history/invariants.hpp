// What holds in every store whenever nothing is left to do, whatever has happened.
#pragma once

#include "storage/storage.hpp"

#include <map>

namespace jobhost::storage::workflow_history {

// What is wrong; empty: nothing. `most` is the largest capacity that each limit has had.
std::string fault_in(Storage& storage, const std::map<std::string, std::int64_t>& most);

}  // namespace jobhost::storage::workflow_history
