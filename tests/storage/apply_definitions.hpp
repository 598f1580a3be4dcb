// Definitions for tests that have no files.
#pragma once

#include "storage/source_store.hpp"

#include <span>
#include <string>

namespace jobhost::storage {

// As a host that starts and finds these files, all of them just edited.
inline Applied apply_definitions(SourceStore& store, const std::string& application,
                                 const std::string& server, std::span<const SourceDefinitions> sources) {
    SourceFiles files{.application = application, .server = server, .files = {}, .is_start = true};
    for (const SourceDefinitions& source : sources)
        files.files.push_back({.definitions = source, .digest = "edited", .is_edited = true});
    return store.apply(files).definitions;
}

}  // namespace jobhost::storage
