#include "storage/soci/migrator.hpp"
#include "storage/soci/soci_job_store.hpp"
#include "storage/soci/sqlite_database.hpp"
#include "storage/storage_error.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gtest/gtest.h>

namespace jobhost::storage {
namespace {

using namespace std::chrono_literals;

// A database whose disk is full: transactions run and cannot be committed.
class FullDatabase final : public Database {
public:
    explicit FullDatabase(Database& database) : database_{database} {}

    bool is_full = false;

    void write_within(Duration, const Work& work) override {
        database_.write([&](Session& session) {
            work(session);
            if (is_full) throw StorageError{StorageError::Kind::unavailable, "the disk is full"};
        });
    }
    void read(const Work& work) override { database_.read(work); }
    const StatementCatalog& catalog() const noexcept override { return database_.catalog(); }

private:
    Database& database_;
};

// A host that makes recurring jobs, and a command line that enqueues.
TEST(ReserveIds, AReservationThatWasNotCommittedGrantsNothing) {
    const test::TemporaryFolder folder;
    const test::ManualClock clock;
    SqliteDatabase database{folder / "test.db", 5s, clock};
    migrate(database);
    FullDatabase disk{database};
    Changes of_host{disk};
    Changes of_command_line{database};
    SociJobStore host{of_host};
    SociJobStore command_line{of_command_line};

    host.reserve_ids(1);
    const JobId theirs = command_line.reserve_ids(100);
    disk.is_full = true;
    EXPECT_THROW(host.reserve_ids(1), StorageError);
    disk.is_full = false;

    EXPECT_GE(host.reserve_ids(1).value, theirs.value + 100) << "that id belongs to another program's job";
}

}  // namespace
}  // namespace jobhost::storage
