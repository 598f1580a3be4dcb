// Where the definition files of this host lie.
#pragma once

#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace jobhost::host {

// By source, as the database names it. Files come and go while the host runs. Thread-safe.
class SourceFolders {
public:
    using Folders = std::map<std::string, std::filesystem::path>;

    SourceFolders() = default;
    explicit SourceFolders(Folders folders) : folders_{std::move(folders)} {}

    void replace_by(Folders folders) {
        const std::lock_guard lock{mutex_};
        folders_ = std::move(folders);
    }
    // Nothing: this host has no such file.
    std::optional<std::filesystem::path> find(const std::string& source) const {
        const std::lock_guard lock{mutex_};
        const auto found = folders_.find(source);
        return found == folders_.end() ? std::nullopt : std::optional{found->second};
    }

private:
    mutable std::mutex mutex_;
    Folders folders_;
};

}  // namespace jobhost::host
