// Digests of the plugins that may run, as sha256sum writes them.
#pragma once

#include "host/plugin/trusted_path.hpp"

#include <filesystem>
#include <string>

namespace jobhost::host {

// Throws PluginRefused unless `digest` stands in the file `list`, which nobody else than `owners` may be able
// to change (see TrustedFolder). Empty lines and those that begin with # are left out; any other wrong line
// refuses all. `file` is the name of what has the digest, for texts. Blocks on the disk.
void check_listed(const std::filesystem::path& list, const Owners& owners, const std::string& file,
                  const std::string& digest);

}  // namespace jobhost::host
