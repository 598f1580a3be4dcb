#include "host/plugin/scratch_place.hpp"

#include "host/worker/remove_tree.hpp"

#include <cerrno>
#include <cstdlib>
#include <string>
#include <system_error>
#include <thread>
#include <unistd.h>

namespace jobhost::host {

namespace fs = std::filesystem;

ScratchPlace::ScratchPlace(const fs::path& root) {
    if (root.empty()) return;
    if (fs::create_directories(root)) fs::permissions(root, fs::perms::owner_all);
    std::string path = (root / "worker-XXXXXX").string();
    if (mkdtemp(path.data()) == nullptr)
        throw std::system_error{errno, std::generic_category(), "making a folder in " + root.string()};
    path_ = path;
}

ScratchPlace::~ScratchPlace() {
    // Most often it is empty. What a crash has left may be much, and this may be the I/O thread.
    if (path_.empty() || ::rmdir(path_.c_str()) == 0) return;
    try {
        std::thread{[path = path_] { worker::remove_tree(path); }}.detach();
    } catch (const std::exception&) {
        // No thread, or no memory, is to be had: the next start of a host sweeps it.
    }
}

}  // namespace jobhost::host
