#include "storage/soci/stored_enum.hpp"

#include "storage/model/batch.hpp"

#include <gtest/gtest.h>

namespace jobhost::storage {
namespace {

TEST(StoredEnum, ANumberThatStandsForNothingIsDamage) {
    EXPECT_EQ(stored_as<BatchState>(kBatchStateNames, 5, "a state"), BatchState::cancelled);
    for (const long long number : {-1LL, 6LL, 1LL << 40})
        try {
            stored_as<BatchState>(kBatchStateNames, number, "the state of batch 7");
            ADD_FAILURE() << number << " is taken for a state";
        } catch (const StorageError& error) {
            EXPECT_EQ(error.kind(), StorageError::Kind::corrupt);
            EXPECT_NE(std::string{error.what()}.find("batch 7"), std::string::npos);
        }
}

}  // namespace
}  // namespace jobhost::storage
