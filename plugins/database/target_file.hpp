// A file that appears under its name only when it is whole and on the disk.
#pragma once

#include <sys/types.h>

#include <filesystem>

namespace database {

enum class IfExists { replace, refuse };

// Until publish(), a hidden file beside the target. Gone with this if never published.
class TargetFile {
public:
    // Creates the folders of `target` (absolute) and the hidden file, readable by its owner only.
    // Throws FatalError "exists", Error "disk_full" or "cannot_write".
    TargetFile(std::filesystem::path target, IfExists if_exists);
    ~TargetFile();
    TargetFile(const TargetFile&) = delete;
    TargetFile& operator=(const TargetFile&) = delete;

    // Where to write.
    const std::filesystem::path& hidden() const noexcept { return hidden_; }
    // Puts the file under its name, with the permissions `mode`. Returns after the disk has it. What the
    // target was before is replaced in one step, or refused as the constructor was told. Nobody may have the
    // hidden file open.
    void publish(mode_t mode);

private:
    std::filesystem::path target_;
    IfExists if_exists_;
    std::filesystem::path hidden_;  // empty: published
};

}  // namespace database
