#include "plugins/command/program.hpp"

#include <jobhost/errors.hpp>

#include <sys/stat.h>

#include <filesystem>
#include <string_view>
#include <unistd.h>

namespace command {

namespace {

enum class Found { nothing, not_executable, program };

Found look_at(const std::filesystem::path& file) {
    struct stat status {};
    if (::stat(file.c_str(), &status) != 0) return Found::nothing;
    return S_ISREG(status.st_mode) && ::access(file.c_str(), X_OK) == 0 ? Found::program
                                                                        : Found::not_executable;
}

}  // namespace

std::string find_program(const std::string& name, const std::string& folder, const Variables& environment) {
    // A relative path is the child's, which has changed its folder by the time it looks.
    const auto seen_by_child = [&](const std::filesystem::path& path) {
        return std::filesystem::path(folder) / path;
    };
    Found best = Found::nothing;
    if (name.find('/') != std::string::npos) {
        best = look_at(seen_by_child(name));
        if (best == Found::program) return name;
    } else {
        const auto path = environment.find("PATH");
        std::string_view rest =
            path == environment.end() ? "/usr/local/bin:/usr/bin:/bin" : path->second.c_str();
        while (!rest.empty()) {
            const std::string_view entry = rest.substr(0, rest.find(':'));
            rest.remove_prefix(std::min(rest.size(), entry.size() + 1));
            if (entry.empty()) continue;  // it would mean the current folder, which anybody may have filled
            const auto file = std::filesystem::path(entry) / name;
            const Found found = look_at(seen_by_child(file));
            if (found == Found::program) return file;
            if (found == Found::not_executable) best = found;
        }
    }
    if (best == Found::nothing) throw jobhost::FatalError("not_found", "there is no program " + name);
    throw jobhost::FatalError("not_executable", name + " is not a program that may be executed");
}

}  // namespace command
