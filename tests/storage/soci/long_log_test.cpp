#include "storage/soci/migrator.hpp"
#include "storage/soci/settle.hpp"
#include "storage/soci/sqlite_database.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gtest/gtest.h>
#include <soci/sqlite3/soci-sqlite3.h>

namespace jobhost::storage {
namespace {

using namespace std::chrono_literals;

// Logs that have piled up while the database was away may be larger than any value that SQLite takes.
TEST(LongLog, IsWrittenInAsManyStatementsAsItNeeds) {
    constexpr int kLongestValue = 15 << 20;
    constexpr int kChunks = 4;
    const test::TemporaryFolder folder;
    const test::ManualClock clock;
    SqliteDatabase database{folder / "test.db", 5s, clock};
    migrate(database);
    std::vector<LogChunk> chunks;
    for (int number = 0; number < kChunks; ++number)
        chunks.push_back({JobId{1}, Lease{1}, number, std::string(std::size_t{5} << 20, 'x')});

    database.write([&](Session& session) {
        auto* backend = static_cast<soci::sqlite3_session_backend*>(
            static_cast<SociSession&>(session).raw().get_backend());
        sqlite_api::sqlite3_limit(backend->conn_, SQLITE_LIMIT_LENGTH, kLongestValue);
        insert_log(session, chunks);
    });

    database.read([&](Session& session) {
        EXPECT_EQ(session.rows_of_text<int>("SELECT COUNT(*) FROM job_log").at(0), std::tuple{kChunks});
    });
}

}  // namespace
}  // namespace jobhost::storage
