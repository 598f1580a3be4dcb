#include "host/daemon/incarnation_lock.hpp"

#include <sys/file.h>

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <fstream>
#include <system_error>

namespace jobhost::host {

namespace {

std::string new_uuid() {
    std::string uuid;
    std::ifstream{"/proc/sys/kernel/random/uuid"} >> uuid;
    if (uuid.empty()) throw std::system_error{errno, std::generic_category(), "cannot read a random UUID"};
    return uuid;
}

// A state folder that was there already may serve others too; the folder of the locks is ours alone.
void make_folders(const std::filesystem::path& state_folder, const std::filesystem::path& locks) try {
    using std::filesystem::perms;
    if (std::filesystem::create_directories(state_folder))
        std::filesystem::permissions(state_folder, perms::owner_all);
    std::filesystem::create_directories(locks);
    std::filesystem::permissions(locks, perms::owner_all);
} catch (const std::filesystem::filesystem_error& error) {
    throw std::system_error{error.code(), "the state folder " + state_folder.string() +
                                              " cannot be used (name another one in server.state_folder)"};
}

}  // namespace

std::filesystem::path lock_folder(const std::filesystem::path& state_folder) {
    return state_folder / "servers";
}

IncarnationLock::IncarnationLock(const std::filesystem::path& state_folder)
    : incarnation_{new_uuid()}, file_{lock_folder(state_folder) / (incarnation_ + ".lock")} {
    make_folders(state_folder, file_.parent_path());
    // It gets its name only when it is locked: nobody ever finds it free while we live.
    std::filesystem::path unnamed = file_;
    unnamed.replace_extension(".new");
    descriptor_ = worker::Descriptor{::open(unnamed.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600)};
    if (descriptor_.get() < 0 || ::flock(descriptor_.get(), LOCK_SH | LOCK_NB) != 0 ||
        ::rename(unnamed.c_str(), file_.c_str()) != 0)
        throw std::system_error{errno, std::generic_category(),
                                "cannot make the lock file " + file_.string()};
}

void IncarnationLock::remove() noexcept {
    std::error_code ignored;
    std::filesystem::remove(file_, ignored);
}

}  // namespace jobhost::host
