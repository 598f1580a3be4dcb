#include "storage/model/semantic_version.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace jobhost {
namespace {

TEST(SemanticVersion, IsOrdered) {
    const std::vector<const char*> ascending{
        "0.9.9",      "1.0.0-alpha",  "1.0.0-alpha.1", "1.0.0-alpha.beta",
        "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1",
        "1.0.0",      "1.0.1-1",      "1.0.1-a-b",     "1.0.1",
        "1.9.0",      "1.10.0",       "2.0.0",         "18446744073709551615.0.0"};
    for (std::size_t one = 0; one < ascending.size(); ++one)
        for (std::size_t other = 0; other < ascending.size(); ++other)
            EXPECT_EQ(*SemanticVersion::parse(ascending[one]) <=> *SemanticVersion::parse(ascending[other]),
                      one <=> other)
                << ascending[one] << " and " << ascending[other];
    EXPECT_EQ(*SemanticVersion::parse("1.2.3+build-7"), *SemanticVersion::parse("1.2.3"));
    EXPECT_EQ(*SemanticVersion::parse("1.2.3-rc.01+a.b"), *SemanticVersion::parse("1.2.3-rc.1"));
}

TEST(SemanticVersion, HasThreeNumbers) {
    for (const char* const text : {"", "1", "1.2", "1.2.", "1.2.3.4", "v1.2.3", "1.2.x", "1..3", " 1.2.3",
                                   "1.-2.3", "1.2-3.4", "1.2.3 ", "+1.2.3", "99999999999999999999.0.0"})
        EXPECT_FALSE(SemanticVersion::parse(text)) << text;
}

}  // namespace
}  // namespace jobhost
