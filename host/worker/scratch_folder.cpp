#include "host/worker/scratch_folder.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace jobhost::worker {

std::optional<std::string_view> ScratchFolder::path() {
    const std::lock_guard lock{mutex_};
    if (path_.empty()) {
        std::string path = place_ + "/run";
        if (mkdir(path.c_str(), S_IRWXU) != 0) return std::nullopt;
        path_ = std::move(path);
    }
    return path_;
}

void ScratchFolder::end_run() noexcept {
    if (path_.empty()) return;
    std::error_code ignored;  // the host removes what is left when this process has ended
    std::filesystem::remove_all(path_, ignored);
    path_.clear();
}

}  // namespace jobhost::worker
