#include "host/plugin/orphans.hpp"

#include "host/worker/descriptor.hpp"

#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <mutex>
#include <optional>
#include <string_view>
#include <unistd.h>
#include <vector>

namespace jobhost::host {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kVariable = "JOBHOST_WORKER=";

// The workers that are not reaped, and their marks.
struct Known {
    std::mutex mutex;
    struct Worker {
        std::uint64_t number;
        pid_t pid = 0;  // 0: not started yet
    };
    std::map<std::string, Worker, std::less<>> workers;
    std::uint64_t last = 0;
    // Orphans whose mark nobody knows, each with the last worker that there was when it was met.
    std::map<pid_t, std::uint64_t> unmarked;
    bool is_adopting = false;
};

// Never destroyed: workers of other threads may end while the process does.
Known& known() {
    static auto& all = *new Known;
    return all;
}

std::string text_of(const fs::path& file) {
    std::ifstream stream{file, std::ios::binary};
    return {std::istreambuf_iterator<char>{stream}, {}};
}

// When the process began, in ticks since the machine's start: with its number it names it for good.
std::optional<std::string> start_of(const std::string& pid) {
    const std::string stat = text_of("/proc/" + pid + "/stat");
    std::size_t at = stat.rfind(')');  // its name may hold anything
    constexpr int kFieldsBetween = 20;
    for (int i = 0; i < kFieldsBetween && at != std::string::npos; ++i)
        at = stat.find(' ', at + 1);
    if (at == std::string::npos) return std::nullopt;
    return stat.substr(at + 1, stat.find(' ', at + 1) - at - 1);
}

// Without the variable's name; empty: it has none, or is not ours to look at.
std::string mark_of(pid_t process) {
    const std::string environment = text_of("/proc/" + std::to_string(process) + "/environ");
    for (std::size_t begin = 0; begin < environment.size();) {
        const std::size_t end = std::min(environment.find('\0', begin), environment.size());
        const std::string_view variable{environment.data() + begin, end - begin};
        if (variable.starts_with(kVariable)) return std::string{variable.substr(kVariable.size())};
        begin = end + 1;
    }
    return "";
}

std::vector<pid_t> children() {
    std::vector<pid_t> found;
    std::error_code ignored;
    for (const auto& thread : fs::directory_iterator{"/proc/self/task", ignored}) {
        std::ifstream file{thread.path() / "children"};
        for (pid_t child = 0; file >> child;)
            found.push_back(child);
    }
    return found;
}

// REQUIRES: the mutex is held, so that no worker is reaped meanwhile.
bool is_worker(const Known& all, pid_t process) {
    return std::ranges::any_of(all.workers, [&](const auto& worker) { return worker.second.pid == process; });
}

// A job has cleaned its environment, or a program its own. It may be of any worker that there was by then.
bool outlives_all_it_may_come_from(Known& all, pid_t process) {
    const std::uint64_t last = all.unmarked.try_emplace(process, all.last).first->second;
    return std::ranges::none_of(all.workers,
                                [&](const auto& worker) { return worker.second.number <= last; });
}

std::optional<pid_t> number(std::string_view text) {
    pid_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

// Process numbers mean nothing beyond it: a container may have its own.
std::string pid_namespace() {
    std::error_code ignored;
    return fs::read_symlink("/proc/self/ns/pid", ignored).string();
}

// Of this one: "namespace.pid.start."
std::string host_mark() {
    return pid_namespace() + "." + std::to_string(getpid()) + "." + start_of("self").value_or("0") + ".";
}

bool is_of_dead_host(const std::string& mark) {
    const std::string here = pid_namespace() + ".";
    if (here == "." || !mark.starts_with(here)) return false;
    const std::size_t first = mark.find('.', here.size());
    const std::size_t second = mark.find('.', first + 1);
    if (first == std::string::npos || second == std::string::npos) return false;
    const std::string pid = mark.substr(here.size(), first - here.size());
    return number(pid) && start_of(pid) != mark.substr(first + 1, second - first - 1);
}

}  // namespace

void adopt_orphans() noexcept {
    Known& all = known();
    const std::lock_guard lock{all.mutex};
    all.is_adopting = prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0;
}

WorkerMark::WorkerMark() {
    const std::string host = host_mark();
    Known& all = known();
    const std::lock_guard lock{all.mutex};
    const std::string mark = host + std::to_string(++all.last);
    all.workers.emplace(mark, Known::Worker{all.last});
    text_ = std::string{kVariable} + mark;
}

WorkerMark::WorkerMark(WorkerMark&& other) noexcept : text_{std::move(other.text_)} {
    other.text_.clear();
}

WorkerMark::~WorkerMark() {
    if (text_.empty()) return;
    {
        Known& all = known();
        const std::lock_guard lock{all.mutex};
        all.workers.erase(text_.substr(kVariable.size()));
    }
    tend_to_orphans();
}

pid_t WorkerMark::start(const std::function<pid_t()>& spawn) {
    Known& all = known();
    const std::lock_guard lock{all.mutex};
    const pid_t pid = spawn();
    all.workers.find(std::string_view{text_}.substr(kVariable.size()))->second.pid = pid;
    return pid;
}

// A child that is not reaped keeps its number, so that nobody else is hit.
void tend_to_orphans() noexcept try {
    Known& all = known();
    const std::lock_guard lock{all.mutex};
    if (!all.is_adopting) return;
    const std::vector<pid_t> present = children();
    for (const pid_t child : present) {
        if (is_worker(all, child)) continue;
        const std::string mark = mark_of(child);
        const bool is_due =
            mark.empty() ? outlives_all_it_may_come_from(all, child) : !all.workers.contains(mark);
        if (is_due) kill(child, SIGKILL);
        siginfo_t end{};
        waitid(P_PID, static_cast<id_t>(child), &end, WEXITED | WNOHANG);
    }
    std::erase_if(all.unmarked, [&](const auto& known) {
        return std::ranges::find(present, known.first) == present.end();
    });
} catch (...) {  // no memory, say: the next call does it
}

int kill_orphans_of_dead_hosts() noexcept try {
    int count = 0;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator{"/proc", ignored}) {
        const auto pid = number(entry.path().filename().string());
        struct stat facts {};
        if (!pid || stat(entry.path().c_str(), &facts) != 0 || facts.st_uid != geteuid()) continue;
        // Looked at through a descriptor, as its number may be another's by the time of the signal.
        const worker::Descriptor process{static_cast<int>(syscall(SYS_pidfd_open, *pid, 0))};
        if (!process || !is_of_dead_host(mark_of(*pid))) continue;
        if (syscall(SYS_pidfd_send_signal, process.get(), SIGKILL, nullptr, 0) == 0) ++count;
    }
    return count;
} catch (...) {
    return 0;
}

}  // namespace jobhost::host
