#include "host/plugin/trusted_path.hpp"

#include "host/plugin/plugin_refused.hpp"

#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <system_error>
#include <unistd.h>

namespace jobhost::host {

namespace {

namespace fs = std::filesystem;
using worker::Descriptor;

constexpr int kMostLinks = 40;  // as many as the system follows
constexpr mode_t kOthersWrite = S_IWGRP | S_IWOTH;

[[noreturn]] void refuse(const std::string& what) {
    throw PluginRefused{what + ": " + std::generic_category().message(errno),
                        "see to it that the host can do that"};
}

struct stat facts_of(const Descriptor& file, const fs::path& path) {
    struct stat facts {};
    if (fstat(file.get(), &facts) != 0) refuse(path.string() + " cannot be examined");
    return facts;
}

std::string name_of_user(uid_t user) {
    std::array<char, 4096> buffer{};
    passwd entry{};
    passwd* found = nullptr;
    if (getpwuid_r(user, &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr)
        return found->pw_name;
    return "user number " + std::to_string(user);
}

void check_owner(const struct stat& facts, const fs::path& path, const Owners& owners) {
    const uid_t owner = facts.st_uid;
    if (owner == 0 || owner == geteuid() || std::ranges::find(owners, owner) != owners.end()) return;
    throw PluginRefused{path.string() + " belongs to " + name_of_user(facts.st_uid),
                        "give it to root or to the user that jobhost runs as, chown -h root " +
                            path.string() + ", or add its owner to plugins.trust.users"};
}

// A group that does not fit into the buffer has members.
bool is_private_group(uid_t owner, gid_t number) {
    std::array<char, 4096> user_buffer{};
    std::array<char, 4096> group_buffer{};
    passwd user_entry{};
    passwd* user = nullptr;
    group group_entry{};
    group* its_group = nullptr;
    if (getpwuid_r(owner, &user_entry, user_buffer.data(), user_buffer.size(), &user) != 0 ||
        getgrgid_r(number, &group_entry, group_buffer.data(), group_buffer.size(), &its_group) != 0 ||
        user == nullptr || its_group == nullptr)
        return false;
    const std::string name = user->pw_name;
    if (user->pw_gid != number || name != its_group->gr_name) return false;
    for (char** member = its_group->gr_mem; *member != nullptr; ++member)
        if (name != *member) return false;
    return true;
}

// With a list, the bits of the group are the most that anybody on the list may do.
bool has_access_list(const Descriptor& file) {
    const std::string path = "/proc/self/fd/" + std::to_string(file.get());
    return getxattr(path.c_str(), "system.posix_acl_access", nullptr, 0) > 0;
}

void check_writers(const struct stat& facts, const Descriptor& file, const fs::path& path) {
    if ((facts.st_mode & S_IWOTH) != 0)
        throw PluginRefused{path.string() + " can be written by everyone",
                            "take that right away: chmod o-w " + path.string()};
    if ((facts.st_mode & S_IWGRP) == 0) return;
    if (has_access_list(file))
        throw PluginRefused{
            path.string() + " can be written by those on its access list",
            "take that right away: setfacl -b " + path.string() + "; chmod g-w " + path.string()};
    if (!is_private_group(facts.st_uid, facts.st_gid))
        throw PluginRefused{path.string() + " can be written by its group",
                            "take that right away: chmod g-w " + path.string()};
}

// From / down, one name after the other.
class Walk {
public:
    Walk(const fs::path& to, const Owners& owners) : owners_{owners} { push(to); }

    std::pair<Descriptor, fs::path> end() {
        enter(Descriptor{::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC)}, "/");
        while (!rest_.empty()) {
            const std::string name = std::move(rest_.back());
            rest_.pop_back();
            step(name);
        }
        return {std::move(here_), std::move(path_)};
    }

private:
    void push(const fs::path& path) {
        const std::vector<fs::path> names(path.begin(), path.end());
        for (auto name = names.rbegin(); name != names.rend(); ++name)
            if (!name->empty() && *name != ".") rest_.push_back(name->string());
    }

    void step(const std::string& name) {
        if (name == "/") return enter(Descriptor{::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC)}, "/");
        const fs::path path = name == ".." ? path_.parent_path() : path_ / name;
        constexpr int kFlags = O_PATH | O_NOFOLLOW | O_CLOEXEC;
        Descriptor next{openat(here_.get(), name.c_str(), kFlags | O_DIRECTORY)};
        if (!next && errno == ENOTDIR)
            return follow(Descriptor{openat(here_.get(), name.c_str(), kFlags)}, path);
        enter(std::move(next), path);
    }

    void enter(Descriptor folder, const fs::path& path) {
        if (!folder)
            throw PluginRefused{"the folder " + path.string() +
                                    " cannot be opened: " + std::generic_category().message(errno),
                                "make it, or name another one"};
        const struct stat facts = facts_of(folder, path);
        check_owner(facts, path, owners_);
        if ((facts.st_mode & S_ISVTX) == 0) check_writers(facts, folder, path);
        here_ = std::move(folder);
        path_ = path;
    }

    // Only the owner of a link can change where it leads; its mode says nothing.
    void follow(const Descriptor& link, const fs::path& path) {
        if (!link) refuse(path.string() + " cannot be opened");
        const struct stat facts = facts_of(link, path);
        if (!S_ISLNK(facts.st_mode))
            throw PluginRefused{path.string() + " is not a folder", "make one, or name another"};
        check_owner(facts, path, owners_);
        if (++links_ > kMostLinks)
            throw PluginRefused{path.string() + " is a link that leads nowhere", "mend it"};
        std::array<char, PATH_MAX> target{};
        const ssize_t size = readlinkat(link.get(), "", target.data(), target.size());
        if (size < 0) refuse(path.string() + " cannot be read");
        push(std::string(target.data(), static_cast<std::size_t>(size)));
    }

    const Owners& owners_;
    Descriptor here_;
    fs::path path_;
    std::vector<std::string> rest_;  // the next one is the last; "/" begins anew
    int links_ = 0;
};

}  // namespace

TrustedFolder TrustedFolder::open(const fs::path& folder, Owners owners) {
    auto [opened, path] = Walk{fs::current_path() / folder, owners}.end();
    return {std::move(opened), std::move(path), std::move(owners)};
}

void TrustedFolder::check_that_nobody_adds() const {
    check_writers(facts_of(folder_, path_), folder_, path_);
}

std::vector<std::string> TrustedFolder::names() const {
    std::vector<std::string> names;
    std::error_code error;
    fs::directory_iterator entry{"/proc/self/fd/" + std::to_string(folder_.get()), error};
    for (; !error && entry != fs::directory_iterator{}; entry.increment(error))
        names.push_back(entry->path().filename().string());
    if (error)
        throw PluginRefused{"the folder " + path_.string() + " cannot be read: " + error.message(),
                            "see to its rights and its file system"};
    return names;
}

// Neither follows a link to somewhere unchecked, nor waits for the writer of a pipe.
Descriptor TrustedFolder::opened(const std::string& name) const {
    if (name.find('/') != std::string::npos) {
        errno = EXDEV;  // what openat2 says of what is not beneath
        return {};
    }
    open_how how{};
    how.flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
    Descriptor file{static_cast<int>(syscall(SYS_openat2, folder_.get(), name.c_str(), &how, sizeof how))};
    // Before Linux 5.6, and in containers that allow what they know alone. It says the same of one plain
    // name.
    if (!file && (errno == ENOSYS || errno == EPERM))
        file = Descriptor{
            openat(folder_.get(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)};
    return file;
}

Descriptor TrustedFolder::checked(Descriptor file, const std::string& name) const {
    if (!file && errno == ELOOP)
        throw PluginRefused{(path_ / name).string() + " is a symbolic link",
                            "put the file itself into the folder"};
    if (!file) refuse((path_ / name).string() + " cannot be opened");
    const struct stat facts = facts_of(file, path_ / name);
    if (!S_ISREG(facts.st_mode))
        throw PluginRefused{(path_ / name).string() + " is not a regular file", "put the file itself there"};
    check_owner(facts, path_ / name, owners_);
    check_writers(facts, file, path_ / name);
    if ((facts.st_mode & (S_ISUID | S_ISGID)) != 0)
        throw PluginRefused{(path_ / name).string() + " is setuid or setgid",
                            "take that away: chmod ug-s " + (path_ / name).string()};
    return file;
}

Descriptor TrustedFolder::open_file(const std::string& name) const {
    return checked(opened(name), name);
}

std::optional<std::string> TrustedFolder::text(const std::string& name, std::size_t most) const {
    Descriptor found = opened(name);
    if (!found && errno == ENOENT) return std::nullopt;
    const Descriptor file = checked(std::move(found), name);
    std::string text(most + 1, '\0');
    std::size_t size = 0;
    while (size < text.size()) {
        const ssize_t got = read(file.get(), text.data() + size, text.size() - size);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) refuse((path_ / name).string() + " cannot be read");
        if (got == 0) break;
        size += static_cast<std::size_t>(got);
    }
    if (size > most)
        throw PluginRefused{(path_ / name).string() + " is larger than " + std::to_string(most) + " bytes",
                            "put the right file there"};
    text.resize(size);
    return text;
}

}  // namespace jobhost::host
