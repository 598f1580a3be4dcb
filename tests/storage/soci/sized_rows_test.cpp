#include "storage/soci/sized_rows.hpp"

#include <gtest/gtest.h>

namespace jobhost::storage {
namespace {

// Notes the rows of each statement.
class RecordingSession final : public Session {
public:
    using Session::Session;

    long long run(const std::string&, bool, const Parameters& parameters, std::span<const ColumnKind>,
                  const RowSink&) override {
        statements.push_back(std::get<std::string>(parameters.at(0).value));
        has_now.push_back(parameters.size() > 1);
        return static_cast<long long>(boost::json::parse(statements.back()).as_array().size());
    }

    std::vector<std::string> statements;
    std::vector<bool> has_now;
};

class SizedRowsTest : public testing::Test {
protected:
    const StatementCatalog catalog{"sqlite", {}};
    RecordingSession session{catalog};
};

TEST_F(SizedRowsTest, SmallRowsGoInOneStatement) {
    SizedRows rows{session, "edge_put"};
    for (int i = 0; i < 1000; ++i)
        rows.add({{"child", i}});
    EXPECT_EQ(rows.flush(), 1000u);
    EXPECT_EQ(session.statements.size(), 1u);
    EXPECT_FALSE(session.has_now.at(0));
}

TEST_F(SizedRowsTest, LargeRowsGoInStatementsOfABoundedSize) {
    const std::string result(std::size_t{64} << 10, 'x');
    SizedRows rows{session, "edge_put"};
    for (int i = 0; i < 300; ++i)
        rows.add({{"child", i}, {"result", result}}, result.size() + 100);
    EXPECT_EQ(rows.flush(), 300u);
    EXPECT_EQ(session.statements.size(), 3u);
    for (const std::string& text : session.statements)
        EXPECT_LE(text.size(), kMostInStatement);
}

TEST_F(SizedRowsTest, ARowThatIsLargerThanThatGoesAlone) {
    SizedRows rows{session, "edge_put", {{"now", 1LL}}};
    rows.add({{"child", 1}}, kMostInStatement + 1);
    rows.add({{"child", 2}});
    EXPECT_EQ(rows.flush(), 2u);
    EXPECT_EQ(session.statements.size(), 2u);
    EXPECT_TRUE(session.has_now.at(1));
}

TEST_F(SizedRowsTest, NothingIsNotWritten) {
    SizedRows rows{session, "edge_put"};
    EXPECT_EQ(rows.flush(), 0u);
    EXPECT_TRUE(session.statements.empty());
}

}  // namespace
}  // namespace jobhost::storage
