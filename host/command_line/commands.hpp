// The verbs of the command line. Each takes what was asked for and returns the exit code.
#pragma once

#include "storage/job_queries.hpp"
#include "storage/model/time.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace jobhost::host {

inline constexpr int kDone = 0;
inline constexpr int kFailed = 1;
inline constexpr int kWrongUse = 2;  // or wrong configuration
inline constexpr int kStorageUnavailable = 3;

struct GlobalOptions {
    std::filesystem::path file = "jobhost.yaml";
    bool json = false;
};

int serve(const GlobalOptions& global);

struct EnqueueOptions {
    std::string name;  // a job type, or a definition; empty: `from` is set
    std::string from;  // a file of JSON lines; "-": standard input
    std::optional<std::string> arguments;
    std::optional<std::string> queue;
    std::optional<int> priority;
    std::optional<Duration> in;
    std::optional<TimePoint> at;
    std::optional<Duration> expires_in;
    bool allow_unknown_type = false;
};
int enqueue(const GlobalOptions& global, const EnqueueOptions& options);

struct RunOptions {
    std::string name;
    std::optional<std::string> arguments;
    Duration timeout = std::chrono::minutes{5};  // how long to wait for the outcome
};
int run(const GlobalOptions& global, const RunOptions& options);

struct JobsListOptions {
    storage::JobFilter filter;
    std::size_t limit = 20;
};
int jobs_list(const GlobalOptions& global, const JobsListOptions& options);

struct JobsCountOptions {
    std::vector<StateName> states;  // none: each state by itself
    storage::JobFilter filter;
};
int jobs_count(const GlobalOptions& global, const JobsCountOptions& options);

int jobs_show(const GlobalOptions& global, JobId id);
int jobs_log(const GlobalOptions& global, JobId id);

struct ConfigCheckOptions {
    bool allow_unknown_type = false;
};
int config_check(const GlobalOptions& global, const ConfigCheckOptions& options);

int storage_status(const GlobalOptions& global);

struct StorageMigrateOptions {
    bool is_sql = false;  // print what would be done, and do nothing
};
int storage_migrate(const GlobalOptions& global, const StorageMigrateOptions& options);

}  // namespace jobhost::host
