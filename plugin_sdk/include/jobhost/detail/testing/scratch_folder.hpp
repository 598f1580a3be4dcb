// The scratch folder of a run in a test.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <system_error>

namespace jobhost::detail {

// A new folder for temporary files, which goes with all that is in it when the last copy of the answer does.
// Throws std::filesystem::filesystem_error.
inline std::shared_ptr<const std::filesystem::path> make_scratch_folder() {
    namespace fs = std::filesystem;
    const fs::path place = fs::temp_directory_path();
    std::random_device random;
    fs::path made;
    do
        made = place / ("jobhost-scratch-" + std::to_string((std::uint64_t{random()} << 32U) | random()));
    while (!fs::create_directory(made));
    fs::permissions(made, fs::perms::owner_all);
    return {new fs::path(made), [](const fs::path* path) {
                std::error_code ignored;
                fs::remove_all(*path, ignored);
                delete path;
            }};
}

}  // namespace jobhost::detail
