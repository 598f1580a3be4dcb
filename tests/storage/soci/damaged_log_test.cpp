#include "tests/support/temporary_storage.hpp"

#include <gtest/gtest.h>

namespace jobhost::storage {
namespace {

TEST(DamagedLog, AReaderThatFailsStaysWhereItWas) {
    const test::TemporaryStorage db;
    db->jobs().append_log(
        std::vector<LogChunk>{{JobId{1}, Lease{1}, 0, R"([{"at":1,"level":"info","text":"a line"}])"},
                              {JobId{1}, Lease{1}, 1, "not lines"}});
    LogPosition position;
    try {
        db->queries().log(JobId{1}, position);
        ADD_FAILURE() << "there are no lines in the second chunk";
    } catch (const StorageError& error) {
        EXPECT_EQ(error.kind(), StorageError::Kind::corrupt);
    }
    EXPECT_EQ(position.number, -1) << "the first chunk was not handed over";
}

}  // namespace
}  // namespace jobhost::storage
