#include "config/read_settings.hpp"

#include "config/glob.hpp"
#include "config/read_hosting.hpp"
#include "config/read_retention.hpp"
#include "config/read_trust.hpp"
#include "config/storage_url.hpp"
#include "config/values.hpp"

#include <array>

namespace jobhost::config {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr std::array<std::string_view, 4> kLevels{"debug", "info", "warning",
                                                  "error"};          // in the order of LogLevel
constexpr std::array<std::string_view, 2> kFormats{"text", "json"};  // in the order of LogFormat
constexpr std::string_view kSqlite = "sqlite:";
constexpr Duration kShortest = 1ms;  // of a timeout
constexpr int kMostWorkers = 1000;
constexpr int kMostWeight = 1000;

template <class T>
void set(T& target, std::optional<T> value) {
    if (value) target = *std::move(value);
}

class SettingsReader {
public:
    SettingsReader(Reader& reader, const fs::path& folder) : reader_(reader), folder_(folder) {}

    HostFile read(const Node& root) {
        Keys keys;
        keys.on("server", [&](const Value& value) { read_server(value, settings().server); });
        keys.on("storage", [&](const Value& value) { read_storage(value, settings().storage); });
        keys.on("retention",
                [&](const Value& value) { read_retention(reader_, value, settings().retention); });
        keys.on("plugins", [&](const Value& value) { read_plugins(value, settings().plugins); });
        keys.on("queues", [&](const Value& value) { read_queues(value); });
        keys.on("limits", [&](const Value& value) { read_limits(reader_, value, settings().limits); });
        keys.on("log", [&](const Value& value) { read_log(value, settings().log); });
        keys.on("definitions", [&](const Value& value) { read_definitions(value); });
        for (const std::string_view section : {"jobs", "batches"})
            keys.on_stray(section, [&](const Value& key) {
                reader_.refuse(key, "belongs in a definition file", "name that file under 'definitions'");
            });
        reader_.read_mapping({&root, ""}, keys);
        resolve(settings().server.state_folder);
        resolve(settings().plugins.folder);
        resolve(settings().plugins.trust.allowlist);
        resolve_url(settings().storage.url);
        return std::move(result_);
    }

private:
    Settings& settings() { return result_.settings; }

    void read_server(const Value& section, ServerSettings& server) {
        Keys keys;
        keys.on("name", [&](const Value& value) { set(server.name, reader_.name(value)); });
        keys.on("application", [&](const Value& value) { set(server.application, reader_.name(value)); });
        keys.on("workers", [&](const Value& value) {
            set(server.workers, reader_.whole_number(value, 1, kMostWorkers));
        });
        keys.on("state_folder", [&](const Value& value) { read_path(value, server.state_folder); });
        keys.on("stop_timeout",
                [&](const Value& value) { set(server.stop_timeout, reader_.duration(value, 0s, 24h)); });
        reader_.read_mapping(section, keys);
    }

    void read_storage(const Value& section, StorageSettings& storage) {
        Keys keys;
        keys.on("url", [&](const Value& value) { read_url(value, storage.url); });
        keys.on("schema", [&](const Value& value) { read_schema(value, storage.schema); });
        keys.on("timeout",
                [&](const Value& value) { set(storage.timeout, reader_.duration(value, kShortest, 1h)); });
        reader_.read_mapping(section, keys);
    }

    // The URL may hold a password, so that no error shows it.
    void read_url(const Value& value, std::string& url) {
        const auto text = reader_.text(value);
        if (!text) return;
        if (auto problem = problem_of_url(*text)) {
            reader_.refuse(value, std::move(problem->problem), std::move(problem->hint));
        } else if (text->starts_with("postgres:")) {
            url = "postgresql" + text->substr(text->find(':'));
        } else {
            url = *text;
        }
    }

    // The strictest rule of the three databases, and no need for quotes in any.
    void read_schema(const Value& value, std::string& schema) {
        const auto text = reader_.text(value);
        if (!text) return;
        const bool is_right =
            !text->empty() && text->size() <= 63 && !text->starts_with("pg_") &&
            (text->front() < '0' || text->front() > '9') &&
            text->find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string::npos;
        if (is_right) {
            schema = *text;
        } else {
            reader_.refuse(value,
                           "must be 1 to 63 of the characters a-z 0-9 _ and begin with neither a digit nor "
                           "pg_, is " +
                               in_quotes(*text));
        }
    }

    void read_plugins(const Value& section, PluginSettings& plugins) {
        Keys keys;
        keys.on("folder", [&](const Value& value) { read_path(value, plugins.folder); });
        keys.on("start_timeout", [&](const Value& value) {
            set(plugins.start_timeout, reader_.duration(value, kShortest, 1h));
        });
        keys.on("drain_timeout", [&](const Value& value) {
            set(plugins.drain_timeout, reader_.duration(value, kShortest, 24h * 365));
        });
        add_hosting_keys(reader_, folder_, keys, plugins.hosting);
        std::optional<Value> overrides;
        keys.on("overrides", [&](const Value& value) { overrides = value; });
        keys.on("trust", [&](const Value& value) { read_trust(reader_, value, plugins.trust); });
        reader_.read_mapping(section, keys);
        // Last, as they begin with what holds for all.
        if (overrides) read_overrides(*overrides, plugins);
    }

    void read_overrides(const Value& value, PluginSettings& plugins) {
        reader_.read_entries(value, [&](const Value& key, const Value& entry) {
            PluginHosting hosting = plugins.hosting;
            Keys keys;
            add_hosting_keys(reader_, folder_, keys, hosting);
            reader_.read_mapping(entry, keys);
            const auto name = reader_.name(key);
            if (!name) return;
            if (name->ends_with(".so"))
                return reader_.refuse(key, "names a file",
                                      "leave .so away: " + name->substr(0, name->size() - 3));
            plugins.overrides.insert_or_assign(*name, std::move(hosting));
        });
    }

    void read_queues(const Value& value) {
        std::vector<QueueSettings> queues;
        reader_.read_entries(value, [&](const Value& key, const Value& queue) {
            QueueSettings read;
            Keys keys;
            keys.on("weight", [&](const Value& v) { read.weight = reader_.whole_number(v, 1, kMostWeight); });
            keys.on("workers",
                    [&](const Value& v) { read.workers = reader_.whole_number(v, 1, kMostWorkers); });
            reader_.read_mapping(queue, keys);
            const auto name = reader_.name(key);
            if (!name) return;
            read.name = QueueName{*name};
            queues.push_back(std::move(read));
        });
        if (value.node->kind == Node::Kind::mapping && value.node->entries.empty())
            reader_.refuse(value, "must name a queue", "remove the key to get the queue 'default'");
        if (!queues.empty()) settings().queues = std::move(queues);
    }

    void read_log(const Value& section, LogSettings& log) {
        Keys keys;
        keys.on("level", [&](const Value& value) {
            if (const auto level = reader_.choice(value, kLevels)) log.level = static_cast<LogLevel>(*level);
        });
        keys.on("format", [&](const Value& value) {
            if (const auto format = reader_.choice(value, kFormats))
                log.format = static_cast<LogFormat>(*format);
        });
        reader_.read_mapping(section, keys);
    }

    void read_definitions(const Value& list) {
        if (list.node->kind == Node::Kind::null) return;
        reader_.read_list(list, [&](const Value& value) {
            const auto pattern = path_text(value);
            if (!pattern) return;
            if (pattern->find("**") != std::string::npos) {
                reader_.refuse(value, "'**' is not supported",
                               "name each folder, like jobs.d/*.yaml and jobs.d/*/*.yaml");
                return;
            }
            if (has_open_bracket(*pattern)) {
                reader_.refuse(value, "has a '[' without a ']' in the same name",
                               "write \\[ for a '[' itself");
                return;
            }
            settings().definitions.push_back(absolute_pattern(folder_, *pattern));
            result_.patterns.push_back(value);
        });
    }

    std::optional<std::string> path_text(const Value& value) {
        auto text = reader_.text(value);
        if (!text || (!text->empty() && text->find('\0') == std::string::npos)) return text;
        reader_.refuse(value, "names no file");
        return std::nullopt;
    }

    void read_path(const Value& value, fs::path& path) {
        if (const auto text = path_text(value)) path = *text;
    }

    void resolve(fs::path& path) const { path = (folder_ / path).lexically_normal(); }

    void resolve_url(std::string& url) const {
        if (!url.starts_with(kSqlite)) return;
        fs::path file = url.substr(kSqlite.size());
        resolve(file);
        url = std::string(kSqlite) + file.string();
    }

    Reader& reader_;
    const fs::path& folder_;
    HostFile result_;
};

}  // namespace

HostFile read_settings(Reader& reader, const Node& root, const fs::path& folder) {
    return SettingsReader(reader, folder).read(root);
}

}  // namespace jobhost::config
