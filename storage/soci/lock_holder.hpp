// Who holds a lock that was waited for in vain.
#pragma once

#include <filesystem>
#include <span>
#include <string>

namespace jobhost::storage {

// The process that holds a lock for writing on one of `files`: "process 4711 (sqlite3)", with ", which is
// stopped" if it is. Empty when there is none any more, when it is this process, or when the kernel does not
// tell, as of a process outside of this container. A snapshot, for the words of an error; reads /proc,
// changes no lock.
std::string lock_holder(std::span<const std::filesystem::path> files);

}  // namespace jobhost::storage
