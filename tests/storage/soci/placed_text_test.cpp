#include "storage/soci/placed_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jobhost::storage {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(PlacedText, EachUseOfAParameterHasAPlace) {
    const PlacedText placed = placed_text("UPDATE t SET a = :now, b=:b_c WHERE c <= :now");
    EXPECT_EQ(placed.text, "UPDATE t SET a = ?, b=? WHERE c <= ?");
    EXPECT_THAT(placed.names, ElementsAre("now", "b_c", "now"));
}

TEST(PlacedText, ItMayBeginOrEndTheText) {
    const PlacedText placed = placed_text(":a,(:b),:c");
    EXPECT_EQ(placed.text, "?,(?),?");
    EXPECT_THAT(placed.names, ElementsAre("a", "b", "c"));
}

TEST(PlacedText, WhatIsQuotedIsLeftAlone) {
    for (const std::string text : {"SELECT ':a', N'it''s :b', 'x[' , '\":c'",
                                   "SELECT best.[:key], [it's] FROM t", "SELECT \":a'\" FROM t"}) {
        const PlacedText placed = placed_text(text + " WHERE x = :x");
        EXPECT_EQ(placed.text, text + " WHERE x = ?");
        EXPECT_THAT(placed.names, ElementsAre("x"));
    }
}

TEST(PlacedText, AColonAloneIsNone) {
    const PlacedText placed = placed_text("SELECT a : 1, :1, :");
    EXPECT_EQ(placed.text, "SELECT a : 1, :1, :");
    EXPECT_THAT(placed.names, IsEmpty());
}

}  // namespace
}  // namespace jobhost::storage
