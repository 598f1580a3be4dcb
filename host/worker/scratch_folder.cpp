#include "host/worker/scratch_folder.hpp"

#include "host/worker/remove_tree.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <system_error>

namespace jobhost::worker {

std::optional<std::string_view> ScratchFolder::path() {
    const std::lock_guard lock{mutex_};
    if (path_.empty()) {
        // Each has a name of its own: what an earlier run has left may not go.
        std::string path = place_ + "/run-" + std::to_string(++last_);
        if (mkdir(path.c_str(), S_IRWXU) != 0) return std::nullopt;
        path_ = std::move(path);
    }
    return path_;
}

void ScratchFolder::end_run() noexcept {
    if (path_.empty()) return;
    remove_tree(path_);  // the host removes what is left when this process has ended
    path_.clear();
}

}  // namespace jobhost::worker
