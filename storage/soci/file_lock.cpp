#include "storage/soci/file_lock.hpp"

#include "storage/storage_error.hpp"

#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <system_error>
#include <thread>
#include <unistd.h>

namespace jobhost::storage {

using namespace std::chrono_literals;

FileLock::FileLock(const std::filesystem::path& path)
    : descriptor_{::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)} {
    if (descriptor_ < 0)
        throw StorageError{
            StorageError::Kind::unavailable,
            "cannot open the lock file " + path.string() + ": " + std::generic_category().message(errno) +
                "; check owner and mode of the file and its folder, and run every jobhost as the same user"};
}

FileLock::~FileLock() {
    ::close(descriptor_);
}

bool FileLock::lock_until(Deadline deadline) {
    // flock knows no deadline. Whoever holds the lock does so for one transaction, so waiting begins finely.
    for (auto pause = 20us;; pause = std::min(pause * 2, 1000us)) {
        if (::flock(descriptor_, LOCK_EX | LOCK_NB) == 0) return true;
        if (errno != EWOULDBLOCK && errno != EINTR)
            throw StorageError{StorageError::Kind::unavailable,
                               "cannot lock the database: " + std::generic_category().message(errno)};
        if (std::chrono::steady_clock::now() >= deadline) return false;
        std::this_thread::sleep_for(pause);
    }
}

void FileLock::unlock() noexcept {
    ::flock(descriptor_, LOCK_UN);
}

void FileLock::touch() noexcept {
    ::futimens(descriptor_, nullptr);
}

namespace {
std::filesystem::path beside(const std::filesystem::path& database, const char* suffix) {
    std::filesystem::path path = database;
    path += suffix;
    return path;
}
}  // namespace

Turnstile::Turnstile(const std::filesystem::path& database)
    : next_{waiting_file(database)}, main_{signal_file(database)} {}

std::filesystem::path Turnstile::signal_file(const std::filesystem::path& database) {
    return beside(database, "-main.lock");
}

std::filesystem::path Turnstile::waiting_file(const std::filesystem::path& database) {
    return beside(database, "-next.lock");
}

bool Turnstile::enter_until(FileLock::Deadline deadline) {
    if (!next_.lock_until(deadline)) return false;
    try {
        const bool entered = main_.lock_until(deadline);
        next_.unlock();
        return entered;
    } catch (...) {
        next_.unlock();
        throw;
    }
}

}  // namespace jobhost::storage
