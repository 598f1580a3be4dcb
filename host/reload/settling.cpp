#include "host/reload/settling.hpp"

#include <algorithm>
#include <chrono>

namespace jobhost::host {

namespace {

using namespace std::chrono_literals;

constexpr auto kQuiet = 100ms;
constexpr auto kLongest = 1s;
// Of files that may be in the middle of being written.
constexpr auto kQuietWhenWritten = 600ms;
// Of one that is shorter each time that it is replaced.
constexpr auto kLongestWithLess = 3s;
// How long files that are done wait for others.
constexpr auto kPatience = 2s;
constexpr auto kLong = 10s;

bool is_same_file(const FileMark& one, const FileMark& other) {
    return one.device == other.device && one.number == other.number;
}

}  // namespace

void Settling::File::see(const std::optional<FileMark>& mark, BootTime now) {
    if (mark != last) {
        if (mark && last) is_written_in_place = is_same_file(*mark, *last);
        last = mark;
        quiet_since = now;
    }
    if (!is_changed()) {
        changed_since.reset();
        is_written_in_place = false;
    } else if (!changed_since) {
        changed_since = now;
    }
}

BootTime Settling::File::ready_at() const {
    if (!last || is_written_in_place) return quiet_since + kQuietWhenWritten;
    const bool has_less = read && last->size < read->size;
    if (has_less)
        return std::min<BootTime>(quiet_since + kQuietWhenWritten, *changed_since + kLongestWithLess);
    return std::min<BootTime>(quiet_since + kQuiet, *changed_since + kLongest);
}

std::optional<Duration> Settling::see(const FilesSeen& seen, BootTime now) {
    for (const auto& [path, mark] : seen)
        files_[path];
    std::optional<BootTime> first;
    std::optional<BootTime> last;
    for (auto& [path, file] : files_) {
        const auto found = seen.find(path);
        file.see(found == seen.end() ? std::nullopt : std::optional{found->second}, now);
        if (!file.is_changed()) continue;
        const BootTime ready = file.ready_at();
        first = std::min(first.value_or(ready), ready);
        last = std::max(last.value_or(ready), ready);
    }
    std::erase_if(files_, [](const auto& entry) { return !entry.second.last && !entry.second.is_changed(); });
    if (!first) return std::nullopt;
    const BootTime due = std::min<BootTime>(*last, *first + kPatience);
    return std::max(std::chrono::ceil<Duration>(due - now), Duration::zero());
}

std::set<std::filesystem::path> Settling::restless(BootTime now) const {
    std::set<std::filesystem::path> found;
    for (const auto& [path, file] : files_)
        if (file.is_changed() && file.ready_at() > now) found.insert(path);
    return found;
}

std::set<std::filesystem::path> Settling::restless_for_long(BootTime now) const {
    std::set<std::filesystem::path> found = restless(now);
    std::erase_if(
        found, [&](const auto& path) { return files_.at(path).changed_since.value_or(now) + kLong > now; });
    return found;
}

void Settling::read(BootTime now) {
    is_settled_ = true;
    for (auto& [path, file] : files_)
        if (file.is_changed() && file.ready_at() <= now) take(file, now);
}

void Settling::read_all(BootTime now) {
    is_settled_ = true;
    for (auto& [path, file] : files_)
        if (file.is_changed()) take(file, now);
}

void Settling::take(File& file, BootTime now) {
    file.read = file.last;
    file.is_settled = now - file.quiet_since >= kQuiet;
    file.is_written_in_place = false;
    file.changed_since.reset();
    is_settled_ = is_settled_ && file.is_settled;
}

}  // namespace jobhost::host
