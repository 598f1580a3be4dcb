// Removes folders that a job has filled.
#pragma once

#include <filesystem>

namespace jobhost::worker {

// Removes `folder` with all that is in it, as far as it can; links are not followed. However deep the tree
// is, it needs few descriptors and little stack: what lies deeper than one level is moved up first. Any
// thread; nobody else may change the tree meanwhile, or something is left.
void remove_tree(const std::filesystem::path& folder) noexcept;

}  // namespace jobhost::worker
