// The verbs of the command line. Each takes what was asked for and returns the exit code.
#pragma once

#include "host/requests/job_request.hpp"
#include "storage/job_queries.hpp"
#include "storage/model/batch.hpp"
#include "storage/model/cron_explain.hpp"
#include "storage/model/time.hpp"
#include "storage/operation_store.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace jobhost::host {

inline constexpr int kDone = 0;
inline constexpr int kFailed = 1;
inline constexpr int kWrongUse = 2;  // or wrong configuration
inline constexpr int kStorageUnavailable = 3;
inline constexpr int kThereAreChanges = 4;

struct GlobalOptions {
    std::filesystem::path file = "jobhost.yaml";
    bool json = false;
};

struct ServeOptions {
    bool is_strict = false;  // do not begin with the last right revision of definition files that are wrong
};
int serve(const GlobalOptions& global, const ServeOptions& options);

struct EnqueueOptions {
    JobRequest job;             // without a name: `from` is set
    std::string from;           // a file of JSON lines; "-": standard input
    std::size_t from_line = 1;  // the first of them
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

struct OperateOptions {
    storage::Verb verb = storage::Verb::requeue;
    std::vector<JobId> ids;
    bool is_for_all = false;  // instead of `ids`: all that fit `filter`
    storage::JobFilter filter;
    bool is_sure = false;         // do not ask before doing it to all that fit
    bool is_detached = false;     // do not wait for the end of that
    std::optional<TimePoint> at;  // reschedule: one of the two
    std::optional<Duration> in;
    std::optional<QueueName> queue;  // move: at least one of the two
    std::optional<int> priority;
};
int jobs_operate(const GlobalOptions& global, const OperateOptions& options);

struct RunAgainOptions {
    JobId id;
    std::optional<std::string> arguments;
};
int jobs_run_again(const GlobalOptions& global, const RunAgainOptions& options);

struct BatchCreateOptions {
    std::filesystem::path file;
    bool allow_unknown_type = false;
};
int batch_create(const GlobalOptions& global, const BatchCreateOptions& options);

struct BatchListOptions {
    std::optional<BatchState> state;
    std::size_t limit = 20;
};
int batch_list(const GlobalOptions& global, const BatchListOptions& options);
int batch_show(const GlobalOptions& global, BatchId id);
int batch_cancel(const GlobalOptions& global, BatchId id);
int batch_open(const GlobalOptions& global, BatchId id);

int commands_list(const GlobalOptions& global);
int commands_show(const GlobalOptions& global, CommandId id);

int queues_list(const GlobalOptions& global);
// Of a queue or a definition.
struct PauseOptions {
    std::string reason;
    std::optional<TimePoint> until;  // neither of the two: until somebody resumes it
    std::optional<Duration> time;
};
struct QueuePauseOptions {
    QueueName queue;
    PauseOptions pause;
};
int queues_pause(const GlobalOptions& global, const QueuePauseOptions& options);
int queues_resume(const GlobalOptions& global, const QueueName& queue);

int recurring_list(const GlobalOptions& global);
int recurring_show(const GlobalOptions& global, const std::string& name);
struct RecurringNextOptions {
    std::string name;
    std::optional<TimePoint> from;  // nothing: now
    std::size_t count = 5;
};
int recurring_next(const GlobalOptions& global, const RecurringNextOptions& options);
int recurring_trigger(const GlobalOptions& global, const std::string& name);
struct RecurringPauseOptions {
    std::string name;
    PauseOptions pause;
};
int recurring_pause(const GlobalOptions& global, const RecurringPauseOptions& options);
int recurring_resume(const GlobalOptions& global, const std::string& name);
struct RecurringBackfillOptions {
    std::string name;
    TimePoint from;
    TimePoint to;          // this one is left out
    bool is_sure = false;  // do not ask
};
int recurring_backfill(const GlobalOptions& global, const RecurringBackfillOptions& options);

int limits_list(const GlobalOptions& global);
int limits_show(const GlobalOptions& global, const std::string& name);
int limits_set(const GlobalOptions& global, const Limit& limit);
int limits_remove(const GlobalOptions& global, const std::string& name);

int servers_list(const GlobalOptions& global);

struct PluginInspectOptions {
    std::filesystem::path file;
    bool is_static = false;      // runs none of its code
    bool has_host_file = false;  // whose plugins.trust is asked, too
};
int plugins_list(const GlobalOptions& global);
int plugins_inspect(const GlobalOptions& global, const PluginInspectOptions& options);
struct PluginNewOptions {
    std::string name;
    std::filesystem::path folder;  // empty: one with that name, here
};
int plugins_new(const GlobalOptions& global, const PluginNewOptions& options);
struct PluginOperateOptions {
    std::string name;                  // of a plugin; reload: empty for all
    std::vector<std::string> servers;  // none: all live servers of the application
    Duration timeout = std::chrono::seconds{30};
};
int plugins_reload(const GlobalOptions& global, const PluginOperateOptions& options);
int plugins_rollback(const GlobalOptions& global, const PluginOperateOptions& options);
int plugins_remove(const GlobalOptions& global, const PluginOperateOptions& options);

struct CronNextOptions {
    std::string expression;
    std::string time_zone = "UTC";
    std::string name;               // of the definition that spreads `H`
    std::optional<TimePoint> from;  // nothing: now
    bool is_inclusive = false;
    std::size_t count = 1;
};
int cron_next(const GlobalOptions& global, const CronNextOptions& options);

struct CronExplainOptions {
    std::string expression;
    std::string time_zone;  // empty: it is not told
    std::string name;
    Language language = Language::english;
};
int cron_explain(const GlobalOptions& global, const CronExplainOptions& options);

struct ConfigCheckOptions {
    bool allow_unknown_type = false;
};
int config_check(const GlobalOptions& global, const ConfigCheckOptions& options);

struct ConfigApplyOptions {
    bool is_forced = false;            // files count though another host has newer ones
    std::vector<std::string> retired;  // sources whose files are gone for good, wherever they were
};
int config_plan(const GlobalOptions& global, const ConfigApplyOptions& options);
int config_apply(const GlobalOptions& global, const ConfigApplyOptions& options);
int config_status(const GlobalOptions& global);

struct ConfigSchemaOptions {
    bool is_of_host_file = false;  // else of definition files
};
int config_schema(const GlobalOptions& global, const ConfigSchemaOptions& options);

int storage_status(const GlobalOptions& global);

struct StorageMigrateOptions {
    bool is_sql = false;  // print what would be done, and do nothing
};
int storage_migrate(const GlobalOptions& global, const StorageMigrateOptions& options);

}  // namespace jobhost::host
