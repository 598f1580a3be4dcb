#include "storage/soci/database_file.hpp"

#include "storage/soci/file_lock.hpp"
#include "storage/soci/lock_holder.hpp"

#include <sys/vfs.h>

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <system_error>
#include <unistd.h>

namespace jobhost::storage {

namespace {

// Magic numbers: statfs(2). There, SQLite's locks do not hold between machines.
bool is_on_network(const std::filesystem::path& folder) {
    struct statfs info {};
    if (::statfs(folder.c_str(), &info) != 0) return false;
    switch (static_cast<unsigned long>(info.f_type) & 0xffffffffUL) {
        case 0x6969UL:      // NFS
        case 0xff534d42UL:  // CIFS
        case 0xfe534d42UL:  // SMB2
        case 0x517bUL:      // SMB
        case 0x00c36400UL:  // Ceph
        case 0x5346414fUL:  // AFS
        case 0x6b414653UL:  // AFS of the kernel
        case 0x73757245UL:  // Coda
        case 0x01021997UL:  // 9P
        case 0x0bd00bd0UL:  // Lustre
        case 0x47504653UL:  // GPFS
        case 0x19830326UL:  // BeeGFS
        case 0x20030528UL:  // OrangeFS
        case 0x786f4256UL:  // shared folders of VirtualBox
        case 0xbacbacbcUL:  // and of VMware
            return true;
        default:
            return false;
    }
}

[[noreturn]] void fail(const std::filesystem::path& file, const std::string& why) {
    throw StorageError{StorageError::Kind::unavailable,
                       "cannot open the database " + file.string() + ": " + why};
}

[[noreturn]] void fail_with(int error, const std::filesystem::path& file) {
    fail(file, std::generic_category().message(error) + "; check owner and mode of the file and its folder");
}

}  // namespace

bool has_database_file(const std::filesystem::path& file) {
    const auto folder = file.parent_path();
    std::error_code error;
    if (!std::filesystem::is_directory(folder, error)) {
        if (error && error != std::errc::no_such_file_or_directory) fail_with(error.value(), file);
        fail(file, "the folder " + folder.string() + " does not exist; create it");
    }
    if (std::filesystem::is_directory(file, error)) fail(file, "it is a folder; name a file in storage.url");
    if (is_on_network(folder))
        fail(file,
             "it lies on a network file system, where SQLite can lose data; move it to a local disk, or use "
             "PostgreSQL");
    // It is not opened: closing it would drop the locks that SQLite holds on it for another connection of
    // this process, as POSIX demands.
    if (::faccessat(AT_FDCWD, file.c_str(), R_OK | W_OK, AT_EACCESS) == 0) return true;
    if (errno != ENOENT) fail_with(errno, file);
    return false;
}

void make_database_file(const std::filesystem::path& file) {
    if (has_database_file(file)) return;
    const int made = ::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (made >= 0)
        ::close(made);
    else if (errno != EEXIST)
        fail_with(errno, file);
}

StorageError locked_database(const std::filesystem::path& file) {
    const std::array<std::filesystem::path, 4> files{
        Turnstile::signal_file(file), Turnstile::waiting_file(file), file.string() + "-shm", file};
    const std::string holder = lock_holder(files);
    return {StorageError::Kind::busy, "the database " + file.string() + " was locked by " +
                                          (holder.empty() ? "others" : holder) +
                                          " until the deadline; try again, or raise storage.timeout"};
}

}  // namespace jobhost::storage
