#include "storage/model/text_template.hpp"

#include <gtest/gtest.h>

namespace jobhost {
namespace {

using Parts = std::vector<TextPart>;

TEST(TextTemplate, ConsistsOfTextsAndReferences) {
    EXPECT_EQ(parts_of(""), Parts{});
    EXPECT_EQ(parts_of("a $5 {b}"), (Parts{{"a $5 {b}"}}));
    EXPECT_EQ(parts_of("b/${date}.db"), (Parts{{"b/"}, {"date", true}, {".db"}}));
    EXPECT_EQ(parts_of("${a.b}${}"), (Parts{{"a.b", true}, {"", true}}));
}

TEST(TextTemplate, EscapeIsText) {
    EXPECT_EQ(parts_of("$${date} $$${x}"), (Parts{{"${date} $${x}"}}));
    EXPECT_EQ(parts_of("$${${x}"), (Parts{{"${"}, {"x", true}}));
}

TEST(TextTemplate, ReferenceMustEnd) {
    EXPECT_EQ(parts_of("a ${b"), std::nullopt);
    EXPECT_EQ(parts_of("a $${b"), (Parts{{"a ${b"}}));
}

TEST(TextTemplate, PartsBecomeTheTextAgain) {
    for (const std::string text : {"", "a", "${a}", "x $${ y ${z} $", "$$${a}", "$${$${${a}${b}$$"})
        EXPECT_EQ(text_of(parts_of(text).value()), text);
}

TEST(TextTemplate, NameRefersToAWordOrAPartOfIt) {
    EXPECT_TRUE(refers_to("item", "item"));
    EXPECT_TRUE(refers_to("item.a.b", "item"));
    EXPECT_FALSE(refers_to("items", "item"));
    EXPECT_FALSE(refers_to("ite", "item"));
}

}  // namespace
}  // namespace jobhost
