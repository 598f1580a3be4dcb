#include "host/plugin/worker_group.hpp"

#include <sys/stat.h>
#include <sys/xattr.h>

#include <atomic>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <mutex>
#include <sstream>
#include <string>
#include <system_error>
#include <unistd.h>
#include <vector>

namespace jobhost::host {

namespace {

namespace fs = std::filesystem;
using worker::Descriptor;

constexpr const char* kPrefix = "jobhost-";

// Where control groups of version 2 are mounted; empty: nowhere.
fs::path mount_point() {
    std::ifstream mounts{"/proc/self/mounts"};
    for (std::string line; std::getline(mounts, line);) {
        std::istringstream fields{line};
        std::string device;
        std::string place;
        std::string type;
        if (fields >> device >> place >> type && type == "cgroup2") return place;
    }
    return {};
}

// "0::/system.slice/jobhost.service"
std::string own_group() {
    std::ifstream groups{"/proc/self/cgroup"};
    for (std::string line; std::getline(groups, line);)
        if (line.starts_with("0::/")) return line.substr(sizeof "0::/" - 1);
    return "..";
}

bool is_delegated(const fs::path& group) {
    char value[2] = {};
    for (const char* name : {"user.delegate", "trusted.delegate"})
        if (getxattr(group.c_str(), name, value, sizeof value) == 1 && value[0] == '1') return true;
    return false;
}

void write_one(const fs::path& file) {
    const Descriptor opened{::open(file.c_str(), O_WRONLY | O_CLOEXEC)};
    if (opened && ::write(opened.get(), "1", 1) < 0) return;  // it has no kill before Linux 5.14
}

// What is in a group that was killed may take a moment to go.
class Leaving {
public:
    void add(fs::path folder) {
        const std::lock_guard lock{mutex_};
        folders_.push_back(std::move(folder));
        remove();
    }
    void remove_all() {
        const std::lock_guard lock{mutex_};
        remove();
    }

private:
    void remove() {
        std::erase_if(folders_,
                      [](const fs::path& folder) { return ::rmdir(folder.c_str()) == 0 || errno == ENOENT; });
    }

    std::mutex mutex_;
    std::vector<fs::path> folders_;
};

// Never destroyed, like the marks of workers.
Leaving& leaving() {
    static auto& all = *new Leaving;
    return all;
}

}  // namespace

fs::path delegated_group() {
    const fs::path mount = mount_point();
    const std::string own = own_group();
    if (mount.empty() || own == "..") return {};
    const fs::path group = own.empty() ? mount : mount / own;
    const bool is_ours = (own.empty() || is_delegated(group)) && ::access(group.c_str(), W_OK) == 0;
    return is_ours ? group : fs::path{};
}

WorkerGroup::WorkerGroup(const fs::path& root) {
    if (root.empty()) return;
    static std::atomic<std::uint64_t> last{0};
    leaving().remove_all();
    const fs::path folder = root / (kPrefix + std::to_string(getpid()) + "-" + std::to_string(++last));
    if (::mkdir(folder.c_str(), 0755) != 0) return;
    joining_ = Descriptor{::open((folder / "cgroup.procs").c_str(), O_WRONLY | O_CLOEXEC)};
    folder_ = folder;
}

WorkerGroup::~WorkerGroup() {
    if (folder_.empty()) return;
    write_one(folder_ / "cgroup.kill");
    leaving().add(std::move(folder_));
}

void sweep_groups(const fs::path& root) {
    if (root.empty()) return;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator{root, ignored}) {
        const std::string name = entry.path().filename().string();
        if (!name.starts_with(kPrefix)) continue;
        pid_t host = 0;
        const char* const begin = name.c_str() + std::string_view{kPrefix}.size();
        const auto [rest, error] = std::from_chars(begin, name.c_str() + name.size(), host);
        const bool is_alive = host == getpid() || ::kill(host, 0) == 0 || errno == EPERM;
        if (error != std::errc{} || *rest != '-' || is_alive) continue;
        write_one(entry.path() / "cgroup.kill");
        leaving().add(entry.path());
    }
}

}  // namespace jobhost::host
