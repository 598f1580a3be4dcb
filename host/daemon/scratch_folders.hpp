// Where the scratch folders of runs lie.
#pragma once

#include <filesystem>
#include <string>

namespace jobhost::host {

// Of that incarnation's workers: `<state folder>/scratch/<incarnation>`.
std::filesystem::path scratch_folder(const std::filesystem::path& state_folder,
                                     const std::string& incarnation);

// Removes those of incarnations that have no lock file any more, as they have ended. What cannot be removed
// stays.
void sweep_scratch(const std::filesystem::path& state_folder);

}  // namespace jobhost::host
