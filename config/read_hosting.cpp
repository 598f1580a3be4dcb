#include "config/read_hosting.hpp"

#include <array>

namespace jobhost::config {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

// In the order of their enumerations.
constexpr std::array<std::string_view, 3> kIsolations{"process", "process_per_job", "in_process"};
constexpr std::array<std::string_view, 3> kProfiles{"none", "default", "strict"};

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;
constexpr std::uint64_t kLeastMemory = 32 * kMiB;  // less, and not even the worker program starts
constexpr std::uint64_t kMostMemory = std::uint64_t{1} << 50;

class HostingReader {
public:
    HostingReader(Reader& reader, fs::path folder) : reader_{reader}, folder_{std::move(folder)} {}

    void read_limits(const Value& section, WorkerLimits& limits) {
        Keys keys;
        keys.on("memory", [&](const Value& value) { read_size_or_none(value, kLeastMemory, limits.memory); });
        keys.on("cpu_time", [&](const Value& value) {
            if (is_none(value)) return limits.cpu_time.reset();
            if (const auto time = reader_.duration(value, 1ms, 24h * 365)) limits.cpu_time = *time;
        });
        keys.on("output", [&](const Value& value) {
            if (const auto size = reader_.size(value, 1024, 1024 * kMiB)) limits.output = *size;
        });
        keys.on("descriptors", [&](const Value& value) {
            if (const auto count = reader_.whole_number(value, 32, 1'000'000)) limits.descriptors = *count;
        });
        reader_.read_mapping(section, keys);
    }

    void read_sandbox(const Value& section, Sandbox& sandbox) {
        Keys keys;
        keys.on("profile", [&](const Value& value) {
            if (const auto index = reader_.choice(value, kProfiles))
                sandbox.profile = static_cast<SandboxProfile>(*index);
        });
        keys.on("readable", [&](const Value& value) { read_paths(value, sandbox.readable); });
        keys.on("writable", [&](const Value& value) { read_paths(value, sandbox.writable); });
        keys.on("network", [&](const Value& value) {
            if (const auto is = reader_.boolean(value)) sandbox.network = *is;
        });
        keys.on("programs", [&](const Value& value) {
            if (const auto is = reader_.boolean(value)) sandbox.programs = *is;
        });
        reader_.read_mapping(section, keys);
    }

    void read_recycling(const Value& section, Recycling& recycle) {
        Keys keys;
        keys.on("runs", [&](const Value& value) {
            if (const auto runs = reader_.whole_number(value, 1, 1'000'000'000)) recycle.runs = *runs;
        });
        keys.on("age", [&](const Value& value) {
            if (const auto age = reader_.duration(value, 1s, 24h * 365)) recycle.age = *age;
        });
        keys.on("memory_growth",
                [&](const Value& value) { read_size_or_none(value, kMiB, recycle.memory_growth); });
        reader_.read_mapping(section, keys);
    }

    void read_isolation(const Value& value, Isolation& isolation) {
        if (const auto index = reader_.choice(value, kIsolations)) isolation = static_cast<Isolation>(*index);
    }

private:
    static bool is_none(const Value& value) {
        return value.node->kind == Node::Kind::scalar && value.node->text == "none";
    }

    void read_size_or_none(const Value& value, std::uint64_t least, std::optional<std::uint64_t>& size) {
        if (is_none(value)) return size.reset();
        if (const auto read = reader_.size(value, least, kMostMemory)) size = *read;
    }

    void read_paths(const Value& list, std::vector<fs::path>& paths) {
        paths.clear();
        reader_.read_list(list, [&](const Value& value) {
            const auto text = reader_.text(value);
            if (!text) return;
            if (text->empty()) return reader_.refuse(value, "must not be empty", "name a file or a folder");
            paths.push_back((folder_ / *text).lexically_normal());
        });
    }

    Reader& reader_;
    const fs::path folder_;
};

}  // namespace

void add_hosting_keys(Reader& reader, const fs::path& folder, Keys& keys, PluginHosting& hosting) {
    keys.on("isolation", [=, &reader, &hosting](const Value& value) {
        HostingReader{reader, folder}.read_isolation(value, hosting.isolation);
    });
    keys.on("limits", [=, &reader, &hosting](const Value& value) {
        HostingReader{reader, folder}.read_limits(value, hosting.limits);
    });
    keys.on("sandbox", [=, &reader, &hosting](const Value& value) {
        HostingReader{reader, folder}.read_sandbox(value, hosting.sandbox);
    });
    keys.on("recycle", [=, &reader, &hosting](const Value& value) {
        HostingReader{reader, folder}.read_recycling(value, hosting.recycle);
    });
}

}  // namespace jobhost::config
