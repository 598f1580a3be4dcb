// What a job's runs have left for the next ones, and no run needs any more.
#pragma once

#include "storage/soci/session.hpp"

#include <string>

namespace jobhost::storage {

// Checkpoints, steps, and the answers to calls. `jobs`: an id_list().
void delete_saved_work(Session& session, const std::string& jobs);

}  // namespace jobhost::storage
