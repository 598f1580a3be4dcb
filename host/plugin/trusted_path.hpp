// Files that nobody but root, we and users of the operator's choice can change, as OpenSSH wants its own
// files to be (StrictModes).
#pragma once

#include "host/worker/descriptor.hpp"

#include <sys/types.h>

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace jobhost::host {

// Users who count like root and us; by their numbers.
using Owners = std::vector<uid_t>;

// A folder to which a path of such folders leads. Each of them, from / on, belongs to an owner that counts,
// and nobody else can write it. Where a link is on the way, what holds the link and what it leads to are held
// to the same.
//
// - The group may write if it is its owner's private one: it bears the owner's name, is the owner's primary
//   group, has no other members, and no access list adds somebody. A umask of 002 makes such folders.
// - On the way, a folder that everyone can write, like /tmp, is let through if it is sticky. There only the
//   owner of what lies in it can rename it or put something in its place, and that owner counts, as the
//   next step of the way sees to.
//
// What was checked is what is open: nothing is looked up by its path again. Whatever is refused is named,
// with the fault and the remedy. Immutable, so usable from any thread.
class TrustedFolder {
public:
    // Blocks on the disk. Throws PluginRefused.
    static TrustedFolder open(const std::filesystem::path& folder, Owners owners = {});

    // Throws PluginRefused if others can put files here, and be it a sticky folder.
    void check_that_nobody_adds() const;
    // Of all that lies here. Throws PluginRefused.
    std::vector<std::string> names() const;

    // A regular file of this folder for reading; no link, and neither setuid nor setgid. Throws
    // PluginRefused.
    worker::Descriptor open_file(const std::string& name) const;
    // The contents of such a file; nothing if it is not there. Throws PluginRefused, also if they are larger
    // than `most` bytes.
    std::optional<std::string> text(const std::string& name, std::size_t most) const;

private:
    TrustedFolder(worker::Descriptor folder, std::filesystem::path path, Owners owners)
        : folder_{std::move(folder)}, path_{std::move(path)}, owners_{std::move(owners)} {}

    worker::Descriptor opened(const std::string& name) const;
    worker::Descriptor checked(worker::Descriptor file, const std::string& name) const;

    worker::Descriptor folder_;   // for looking up names alone (O_PATH)
    std::filesystem::path path_;  // without links; only for texts
    Owners owners_;
};

}  // namespace jobhost::host
