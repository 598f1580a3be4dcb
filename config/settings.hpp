// What the host file says. The initialisers are the defaults, and the only place where they are written;
// config/jobhost.yaml shows them to the operator and a test compares the two.
#pragma once

#include "config/plugin_hosting.hpp"
#include "storage/model/ids.hpp"
#include "storage/model/limit.hpp"
#include "storage/model/retention.hpp"
#include "storage/model/time.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace jobhost::config {

std::string default_server_name();  // the host name, with characters that a name may not have as '-'
int default_workers();              // five for each core, at most 20

struct ServerSettings {
    std::string name = default_server_name();         // set it where several servers share a machine
    std::string application = "default";              // set it where several applications share a database
    int workers = default_workers();                  // set it where jobs mostly wait, or mostly compute
    std::filesystem::path state_folder = ".jobhost";  // set it where the folder of the host file is read-only
    Duration stop_timeout =
        std::chrono::seconds{30};  // running jobs have this long to end when the host stops
};

struct StorageSettings {
    std::string url = "sqlite:jobhost.db";        // may hold a password: never printed
    std::string schema = "jobhost";               // set it where several applications share a database server
    Duration timeout = std::chrono::seconds{30};  // set it where the database is slow to answer
};

struct QueueSettings {
    QueueName name;
    std::optional<int>
        weight;  // set it where queues are to share the workers, and not to wait for each other
    std::optional<int> workers;  // set it where jobs of this queue must not take all workers
    friend bool operator==(const QueueSettings&, const QueueSettings&) = default;
};

enum class TrustPolicy { owner, allowlist, signature };

// Which files of the plugin folder may run, beyond what holds for all: that nobody else can change them.
struct TrustSettings {
    std::vector<std::string> users;                       // whose files count like root's; names or numbers
    TrustPolicy policy = TrustPolicy::owner;              // set it where the folder is filled from elsewhere
    std::filesystem::path allowlist = "plugins.sha256";   // as sha256sum writes it; for that policy
    std::vector<std::string> public_keys;                 // of minisign; for the policy signature
    std::map<std::string, std::string> minimum_versions;  // by the name of a plugin; semantic versions
    friend bool operator==(const TrustSettings&, const TrustSettings&) = default;
};

struct PluginSettings {
    std::filesystem::path folder = "plugins";
    Duration start_timeout =
        std::chrono::seconds{10};  // set it where a plugin loads much data when it starts
    Duration drain_timeout =
        std::chrono::minutes{10};  // set it where jobs run for longer and cannot be interrupted
    PluginHosting hosting;
    std::map<std::string, PluginHosting> overrides;  // by the file's name without .so; each is all that holds
    TrustSettings trust;
};

enum class LogLevel { debug, info, warning, error };
enum class LogFormat { text, json };

struct LogSettings {
    LogLevel level = LogLevel::info;
    LogFormat format = LogFormat::text;  // json where a program reads the log
};

// Once loaded, all paths, also that of an SQLite URL, are absolute; and the scheme postgres:// is spelt
// postgresql://.
struct Settings {
    ServerSettings server;
    StorageSettings storage;
    Retention retention;  // of jobs that no definition says more about
    PluginSettings plugins;
    std::vector<QueueSettings> queues{{.name = QueueName{"default"},
                                       .weight = {},
                                       .workers = {}}};  // the first is served first; never empty
    std::vector<Limit> limits;                           // that definitions may name
    LogSettings log;
    std::vector<std::string> definitions;  // patterns of definition files, see config/glob.hpp
};

}  // namespace jobhost::config
