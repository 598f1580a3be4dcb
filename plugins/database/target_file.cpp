#include "plugins/database/target_file.hpp"

#include <jobhost/errors.hpp>

#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <string>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace database {

namespace fs = std::filesystem;

namespace {

// What SQLite keeps beside a database.
constexpr const char* kCompanions[] = {"-journal", "-wal", "-shm"};

[[noreturn]] void throw_file_error(const std::string& what, const fs::path& path, int code) {
    const std::string message =
        "cannot " + what + " " + path.string() + ": " + std::generic_category().message(code);
    const bool is_full = code == ENOSPC || code == EDQUOT || code == EFBIG;
    throw jobhost::Error(is_full ? "disk_full" : "cannot_write", message);
}

[[noreturn]] void throw_exists(const fs::path& target) {
    throw jobhost::FatalError("exists", target.string() + " exists and must not be overwritten");
}

void remove_companions(const fs::path& database) noexcept {
    for (const char* suffix : kCompanions) {
        std::error_code ignored;
        fs::remove(database.string() + suffix, ignored);
    }
}

// Waits until the disk has the file or folder.
void sync(const fs::path& path, int flags) {
    const int file = ::open(path.c_str(), flags | O_CLOEXEC);
    if (file < 0) throw_file_error("open", path, errno);
    const int code = ::fsync(file) == 0 ? 0 : errno;
    ::close(file);
    if (code != 0) throw_file_error("write", path, code);
}

}  // namespace

TargetFile::TargetFile(fs::path target, IfExists if_exists)
    : target_(std::move(target)), if_exists_(if_exists) {
    std::error_code error;
    if (fs::is_directory(target_, error)) throw jobhost::BadArguments("/to is a folder: " + target_.string());
    if (if_exists_ == IfExists::refuse && fs::exists(target_, error)) throw_exists(target_);
    fs::create_directories(target_.parent_path(), error);
    if (error) throw_file_error("create the folder", target_.parent_path(), error.value());

    std::string pattern = (target_.parent_path() / ("." + target_.filename().string() + ".XXXXXX")).string();
    const int file = ::mkostemp(pattern.data(), O_CLOEXEC);
    if (file < 0) throw_file_error("create", pattern, errno);
    ::close(file);
    hidden_ = pattern;
}

TargetFile::~TargetFile() {
    if (hidden_.empty()) return;
    remove_companions(hidden_);
    std::error_code ignored;
    fs::remove(hidden_, ignored);
}

void TargetFile::publish(mode_t mode) {
    if (::chmod(hidden_.c_str(), mode) != 0) throw_file_error("set the permissions of", hidden_, errno);
    sync(hidden_, O_RDONLY);
    remove_companions(hidden_);
    // A log that an older database of that name left behind would be played into the new one and destroy it.
    if (if_exists_ == IfExists::replace || !fs::exists(target_)) remove_companions(target_);
    const unsigned flags = if_exists_ == IfExists::refuse ? RENAME_NOREPLACE : 0;
    if (::renameat2(AT_FDCWD, hidden_.c_str(), AT_FDCWD, target_.c_str(), flags) != 0) {
        if (errno == EEXIST) throw_exists(target_);
        throw_file_error("replace", target_, errno);
    }
    hidden_.clear();
    sync(target_.parent_path(), O_RDONLY | O_DIRECTORY);
}

}  // namespace database
