#include "storage/soci/sqlite_database.hpp"
#include "storage/storage.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <fstream>
#include <thread>
#include <unistd.h>

namespace jobhost::storage {
namespace {

using namespace std::chrono_literals;

struct OpenStorageTest : testing::Test {
    test::TemporaryFolder folder;
    test::ManualClock clock;
    std::filesystem::path file = folder / "test.db";

    std::unique_ptr<Storage> open() { return open_storage({.url = "sqlite:" + file.string()}, &clock); }
    void change(const std::string& statement) {
        SqliteDatabase{file, 5s, clock}.write([&](Session& session) { session.execute_text(statement); });
    }
    std::string refusal() {
        try {
            open();
        } catch (const StorageError& error) {
            return error.what();
        }
        return "opened";
    }
};

TEST_F(OpenStorageTest, ASecondOneInTheSameProcessLeavesTheLocksOfTheFirst) {
    const auto first = open();
    const auto second = open();

    // Where SQLite holds a shared lock as long as a connection uses the file: its file format, "lock bytes".
    struct flock wanted {};
    wanted.l_type = F_WRLCK;
    wanted.l_whence = SEEK_SET;
    wanted.l_start = 0x40000002;
    wanted.l_len = 510;
    const int descriptor = ::open(file.c_str(), O_RDWR | O_CLOEXEC);
    ASSERT_EQ(::fcntl(descriptor, F_OFD_GETLK, &wanted), 0);
    ::close(descriptor);

    EXPECT_EQ(wanted.l_type, F_RDLCK);
}

TEST_F(OpenStorageTest, OnlyTheOwnerMayReadTheFile) {
    open();
    EXPECT_EQ(std::filesystem::status(file).permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST_F(OpenStorageTest, ANewerSchemaIsRefused) {
    open();
    change(
        "INSERT INTO schema_migration (number, name, checksum, applied_at) VALUES (9999, '9999_future', 'x', "
        "0)");
    EXPECT_EQ(refusal(),
              "the database's schema is newer (9999_future) than this jobhost knows; use the newer jobhost");
}

TEST_F(OpenStorageTest, AnEditedMigrationIsRefused) {
    open();
    change("UPDATE schema_migration SET checksum = 'edited' WHERE number = 1");
    EXPECT_NE(refusal().find("another text of migration 0001_jobs"), std::string::npos);
}

TEST_F(OpenStorageTest, AFileThatIsNoDatabaseIsRefusedAndLeftAsItIs) {
    std::ofstream{file} << std::string(5000, 'x');
    EXPECT_NE(refusal().find("not an SQLite database"), std::string::npos);
    EXPECT_EQ(std::filesystem::file_size(file), 5000u);
}

TEST_F(OpenStorageTest, AMissingFolderIsNamed) {
    file = folder / "nowhere" / "test.db";
    EXPECT_NE(refusal().find("nowhere does not exist; create it"), std::string::npos);
}

TEST_F(OpenStorageTest, AnotherDatabaseIsRefusedWithoutSayingTheUrl) {
    try {
        open_storage({.url = "postgresql://user:secret@host/db"}, &clock);
        FAIL();
    } catch (const StorageError& error) {
        EXPECT_EQ(std::string{error.what()}.find("secret"), std::string::npos);
    }
}

TEST_F(OpenStorageTest, AFileThatIsReplacedWhileInUseIsNotWrittenAnyMore) {
    const auto storage = open();
    std::filesystem::remove(file);
    EXPECT_THROW(storage->jobs().reserve_ids(1), StorageError);
    open();
    EXPECT_THROW(storage->queries().list({}, 1, "").jobs, StorageError) << "that is another database";
}

TEST_F(OpenStorageTest, ManyMayOpenANewDatabaseAtOnce) {
    std::vector<std::thread> openers;
    std::atomic<int> opened = 0;
    for (int i = 0; i < 6; ++i)
        openers.emplace_back([&] {
            if (open()->jobs().reserve_ids(1).value > 0) ++opened;
        });
    for (std::thread& opener : openers)
        opener.join();
    EXPECT_EQ(opened, 6);
}

}  // namespace
}  // namespace jobhost::storage
