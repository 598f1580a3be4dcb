#include "storage/soci/id_ranges.hpp"

#include "storage/storage_error.hpp"

#include <gtest/gtest.h>

namespace jobhost::storage {
namespace {

using Ids = std::vector<std::int64_t>;

TEST(IdRanges, ABlockIsItsFirstAndItsLast) {
    EXPECT_EQ(id_ranges(Ids{}), "");
    EXPECT_EQ(id_ranges(Ids{5}), "5");
    EXPECT_EQ(id_ranges(Ids{100, 101, 102, 7, 104, 103, 8, 9}), "100-102,7,104,103,8-9");
}

TEST(IdRanges, TheyComeBackInTheirOrder) {
    for (const Ids& ids : {Ids{}, Ids{5}, Ids{100, 101, 102, 7, 104, 103, 8, 9}, Ids{4, 4, 5}})
        EXPECT_EQ(ids_in_ranges(id_ranges(ids)), ids);
}

TEST(IdRanges, WhatIsDamagedIsCorruptAndNotAFlood) {
    for (const char* text : {"x", "1,", ",1", "1-", "2-1", "0", "-1", "1-2-3", "1 ", "1-9000000000000000000",
                             "99999999999999999999", "1-50000,1-50000"})
        EXPECT_THROW(ids_in_ranges(text), StorageError) << text;
}

}  // namespace
}  // namespace jobhost::storage
