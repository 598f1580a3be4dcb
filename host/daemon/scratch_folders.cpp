#include "host/daemon/scratch_folders.hpp"

#include "host/daemon/incarnation_lock.hpp"
#include "host/worker/remove_tree.hpp"

#include <system_error>

namespace jobhost::host {

namespace fs = std::filesystem;

namespace {

fs::path root_of(const fs::path& state_folder) {
    return state_folder / "scratch";
}

}  // namespace

fs::path scratch_folder(const fs::path& state_folder, const std::string& incarnation) {
    return root_of(state_folder) / incarnation;
}

void sweep_scratch(const fs::path& state_folder) {
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator{root_of(state_folder), ignored}) {
        const fs::path lock = lock_folder(state_folder) / (entry.path().filename().string() + ".lock");
        if (!fs::exists(lock, ignored)) worker::remove_tree(entry.path());
    }
}

}  // namespace jobhost::host
