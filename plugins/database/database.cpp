// database.backup: a consistent copy of a SQLite database that is in use.
#include "plugins/database/backup.hpp"
#include "plugins/database/target_file.hpp"

#include <jobhost/job.hpp>

#include <sys/stat.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace database {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

struct BackupArguments {
    std::string database;
    std::string to;
    bool overwrite = true;
    bool verify = true;
};
JOBHOST_ARGUMENTS(BackupArguments, required(database), required(to), overwrite, verify);

namespace {

// `text` as an absolute path. `pointer` is where it stands in the arguments.
fs::path path_of(const std::string& text, const std::string& pointer) {
    if (text.empty() || text.find('\0') != std::string::npos)
        throw jobhost::BadArguments(pointer + " must be the path of a file");
    return fs::absolute(text).lexically_normal();
}

struct stat look_at_source(const fs::path& source) {
    struct stat status {};
    if (::stat(source.c_str(), &status) != 0) {
        if (errno == ENOENT || errno == ENOTDIR)
            throw jobhost::FatalError("not_found", "there is no database " + source.string());
        throw jobhost::Error("cannot_read", "cannot look at " + source.string());
    }
    if (!S_ISREG(status.st_mode))
        throw jobhost::FatalError("not_a_database", source.string() + " is not a regular file");
    return status;
}

// Writing over the source or over one of its logs would destroy what is to be saved.
void refuse_own_files(const fs::path& source, const fs::path& target) {
    std::error_code ignored;
    const fs::path database =
        fs::canonical(source, ignored);  // SQLite names its logs after the file behind links
    for (const char* suffix : {"", "-journal", "-wal", "-shm"}) {
        const fs::path own = database.string() + suffix;
        const bool is_same_name = fs::weakly_canonical(own, ignored) == fs::weakly_canonical(target, ignored);
        if (is_same_name || fs::equivalent(own, target, ignored))
            throw jobhost::BadArguments("/to is a file of the database itself: " + own.string());
    }
}

struct MakeBackup {
    static constexpr std::string_view name = "backup";
    static constexpr std::string_view description = "Copies a SQLite database that is in use";
    static constexpr std::uint32_t flags =
        JOBHOST_JOB_PRIVILEGED | JOBHOST_JOB_IDEMPOTENT | JOBHOST_JOB_CHECKPOINTS;

    std::string run(jobhost::JobContext& context, const BackupArguments& arguments) {
        const auto started = Clock::now();
        const fs::path source = path_of(arguments.database, "/database");
        const fs::path target = path_of(arguments.to, "/to");
        const struct stat source_status = look_at_source(source);
        refuse_own_files(source, target);

        TargetFile file(target, arguments.overwrite ? IfExists::replace : IfExists::refuse);
        const std::int64_t pages = copy_database(context, source, file.hidden());
        if (arguments.verify) verify_database(context, file.hidden());
        const auto bytes = fs::file_size(file.hidden());
        file.publish(source_status.st_mode & 0777);

        const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - started);
        return R"({"bytes":)" + std::to_string(bytes) + R"(,"pages":)" + std::to_string(pages) +
               R"(,"duration_ms":)" + std::to_string(took.count()) + R"(,"path":)" +
               jobhost::json_text(target.string()) + "}";
    }
};

}  // namespace

}  // namespace database

JOBHOST_PLUGIN("database", "1.0.0", database::MakeBackup);
