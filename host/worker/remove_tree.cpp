#include "host/worker/remove_tree.hpp"

#include "host/worker/descriptor.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <string>
#include <unistd.h>
#include <vector>

namespace jobhost::worker {
namespace {

// Entries, but for "." and ".."; at most `kAtOnce` of them.
std::vector<std::string> names_in(int folder) {
    constexpr std::size_t kAtOnce = 1000;
    std::vector<std::string> names;
    const int copy = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (copy < 0) return names;
    const std::unique_ptr<DIR, int (*)(DIR*)> stream{fdopendir(copy), &closedir};
    if (!stream) {
        close(copy);
        return names;
    }
    while (const dirent* entry = names.size() < kAtOnce ? readdir(stream.get()) : nullptr) {
        const std::string name = entry->d_name;
        if (name != "." && name != "..") names.push_back(name);
    }
    return names;
}

Descriptor open_folder(int parent, const char* name) {
    // A job may have taken the rights from itself.
    fchmodat(parent, name, S_IRWXU, 0);
    return Descriptor{openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
}

class Tree {
public:
    explicit Tree(int root) : root_{root} {}

    // False: something is left that cannot be removed.
    bool empty() {
        for (;;) {
            const std::vector<std::string> names = names_in(root_);
            if (names.empty()) return true;
            bool has_removed = false;
            for (const std::string& name : names)
                has_removed = remove(name) || has_removed;
            if (!has_removed) return false;
        }
    }

private:
    bool remove(const std::string& name) {
        if (unlinkat(root_, name.c_str(), 0) == 0 || unlinkat(root_, name.c_str(), AT_REMOVEDIR) == 0)
            return true;
        if (errno != ENOTEMPTY && errno != EEXIST && errno != EACCES) return false;
        return empty_one_level(name) && unlinkat(root_, name.c_str(), AT_REMOVEDIR) == 0;
    }

    // What cannot be unlinked there is a folder: it goes beside its parent, under a name of its own.
    bool empty_one_level(const std::string& name) {
        const Descriptor folder = open_folder(root_, name.c_str());
        if (!folder) return false;
        for (std::vector<std::string> names; !(names = names_in(folder.get())).empty();) {
            bool has_removed = false;
            for (const std::string& entry : names) {
                if (unlinkat(folder.get(), entry.c_str(), 0) == 0 ||
                    unlinkat(folder.get(), entry.c_str(), AT_REMOVEDIR) == 0 || move_up(folder.get(), entry))
                    has_removed = true;
            }
            if (!has_removed) return false;
        }
        return true;
    }

    bool move_up(int folder, const std::string& entry) {
        // To move a folder one has to be able to write it.
        fchmodat(folder, entry.c_str(), S_IRWXU, 0);
        for (int tries = 0; tries < 1000; ++tries)
            if (renameat(folder, entry.c_str(), root_, ("moved-" + std::to_string(++last_)).c_str()) == 0)
                return true;
            else if (errno != ENOTEMPTY && errno != EEXIST && errno != ENOTDIR && errno != EISDIR)
                return false;
        return false;
    }

    const int root_;
    std::uint64_t last_ = 0;
};

}  // namespace

void remove_tree(const std::filesystem::path& folder) noexcept try {
    if (::rmdir(folder.c_str()) == 0) return;
    const Descriptor root = open_folder(AT_FDCWD, folder.c_str());
    if (root) Tree{root.get()}.empty();
    ::rmdir(folder.c_str());
} catch (...) {  // no memory: something is left
}

}  // namespace jobhost::worker
