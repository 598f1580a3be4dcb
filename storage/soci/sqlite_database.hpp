// An SQLite file in WAL mode: one writing connection, a few reading ones.
#pragma once

#include "storage/soci/group_writer.hpp"

#include <sys/types.h>

#include <filesystem>
#include <memory>

namespace jobhost::storage {

class SqliteDatabase final : public Database {
public:
    // Creates the file if need be, readable by its owner alone. Throws StorageError: also for a file on a
    // network file system, where SQLite's locks cannot be relied on.
    SqliteDatabase(std::filesystem::path file, Duration timeout, const Clock& clock);

    void write_within(Duration patience, const Work& work) override;
    void read(const Work& work) override;
    const StatementCatalog& catalog() const noexcept override { return catalog_; }
    const std::filesystem::path& file() const noexcept { return file_; }

private:
    // Which file it is, whatever its name; a name that is gone is none.
    struct FileId {
        dev_t device = 0;
        ino_t inode = 0;
        friend bool operator==(const FileId&, const FileId&) = default;
    };
    FileId file_id() const noexcept;
    // Throws when the file was removed or replaced since it was opened: what is written to it now would be
    // lost.
    void check_file() const;
    std::unique_ptr<SociSession> open_session();  // errors name the file
    std::unique_ptr<SociSession> new_session();
    void ensure_wal(SociSession& session);
    std::unique_ptr<SociSession> take_reader();
    void give_back(std::unique_ptr<SociSession> reader);

    const std::filesystem::path file_;
    const Duration timeout_;
    const Clock& clock_;
    const StatementCatalog catalog_;
    Turnstile turnstile_;
    const FileId opened_;
    std::unique_ptr<SociSession> writing_;
    GroupWriter writer_;

    std::mutex readers_mutex_;
    std::condition_variable reader_given_back_;
    std::vector<std::unique_ptr<SociSession>> idle_readers_;
    int readers_ = 0;
};

}  // namespace jobhost::storage
