#include "host/plugin/line_splitter.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace jobhost::host {
namespace {

struct LineSplitterTest : testing::Test {
    LineSplitter splitter;
    std::vector<std::string> lines;
    void feed(std::string_view bytes) {
        splitter.feed(bytes, [this](const std::string& line) { lines.push_back(line); });
    }
    void flush() {
        splitter.flush([this](const std::string& line) { lines.push_back(line); });
    }
};

TEST_F(LineSplitterTest, LinesAreJoinedOverReads) {
    feed("one\ntw");
    feed("o\n\nthr");
    flush();
    EXPECT_THAT(lines, testing::ElementsAre("one", "two", "", "thr"));
}

TEST_F(LineSplitterTest, LongLineIsCutAndALineOfExactlyTheLimitIsNot) {
    feed(std::string(LineSplitter::kMaxLine, 'a'));
    feed("\n" + std::string(LineSplitter::kMaxLine + 1, 'b') + "\n");
    ASSERT_EQ(lines.size(), 3u);
    EXPECT_EQ(lines[0].size(), LineSplitter::kMaxLine);
    EXPECT_EQ(lines[1].size(), LineSplitter::kMaxLine);
    EXPECT_EQ(lines[2], "b");
}

TEST_F(LineSplitterTest, CutSplitsNoCharacter) {
    feed(std::string(LineSplitter::kMaxLine - 1, 'a') + "é" + "\n");
    EXPECT_THAT(lines, testing::ElementsAre(std::string(LineSplitter::kMaxLine - 1, 'a'), "é"));
}

TEST_F(LineSplitterTest, EndlessContinuationBytesEndToo) {
    feed(std::string(LineSplitter::kMaxLine * 3, '\x80'));
    flush();
    EXPECT_EQ(lines.size(), 3u);
}

TEST(LineBudgetTest, LastLineIsAnnouncedOnce) {
    LineBudget budget{1'000'000};
    for (std::size_t i = 0; i < LineBudget::kLines; ++i)
        ASSERT_EQ(budget.take(1), LineBudget::Verdict::pass);
    EXPECT_EQ(budget.take(1), LineBudget::Verdict::last);
    EXPECT_EQ(budget.take(1), LineBudget::Verdict::drop);
}

TEST(LineBudgetTest, BytesAreBoundedToo) {
    LineBudget budget{1000};
    EXPECT_EQ(budget.take(1000), LineBudget::Verdict::pass);
    EXPECT_EQ(budget.take(1), LineBudget::Verdict::last);
}

}  // namespace
}  // namespace jobhost::host
