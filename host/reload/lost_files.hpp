// Definition files that are gone, or cannot be read, together with their folder: a mount that is lost, a
// folder that is moved. That is a fault, and not an edit: what they said goes on until somebody says what is
// meant.
#pragma once

#include "config/load.hpp"
#include "storage/source_store.hpp"

#include <set>
#include <string>
#include <vector>

namespace jobhost::host {

// An error for each pattern of which no folder is there any more, though `known` sources of the application
// were. A folder that is there and empty is no fault.
std::vector<config::ConfigError> lost_folders(const config::Configuration& configuration,
                                              const std::string& application,
                                              const std::set<std::string>& known);

// The sources that this host itself brought last, and that hold.
std::set<std::string> brought_by(const config::ServerSettings& server,
                                 const std::vector<storage::SourceRevision>& revisions);

// Whether only definition files are wrong, and each of them, lost ones included, is one of the sources that
// `revisions` hold: then what they said before goes on.
bool were_right(const config::LoadResult& result, const std::vector<storage::SourceRevision>& revisions);

}  // namespace jobhost::host
