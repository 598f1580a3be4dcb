// Digests of the plugins that may run, as sha256sum writes them.
#pragma once

#include <filesystem>
#include <string>

namespace jobhost::host {

// Throws PluginRefused unless `digest` stands in the file `list`, which nobody but root and we can change.
// Empty lines and those that begin with # are left out; any other wrong line refuses all. `file` is the name
// of what has the digest, for texts. Blocks on the disk.
void check_listed(const std::filesystem::path& list, const std::string& file, const std::string& digest);

}  // namespace jobhost::host
