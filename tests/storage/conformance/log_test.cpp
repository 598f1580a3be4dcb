#include "tests/storage/conformance/conformance.hpp"

namespace jobhost::storage {
namespace {

class LogConformance : public StorageConformance {
protected:
    static LogChunk chunk(const ClaimedJob& run, int number, const std::string& text) {
        return {run.id, run.lease, number,
                R"([{"at":)" + std::to_string(number) + R"(,"level":"info","text":")" + text + "\"}]"};
    }
    void append(const std::vector<LogChunk>& chunks) { jobs.append_log(chunks); }
    std::vector<std::string> texts_after(JobId id, LogPosition& position) {
        std::vector<std::string> texts;
        for (const LogLine& line : queries.log(id, position))
            texts.push_back(line.text);
        return texts;
    }
    std::vector<std::string> texts(JobId id) {
        LogPosition position;
        return texts_after(id, position);
    }
    ClaimedJob begun() {
        insert();
        return claim_one();
    }
};

TEST_P(LogConformance, ALineKeepsAllItsParts) {
    const ClaimedJob run = begun();
    append({{run.id, run.lease, 0, R"([{"at":1795176000123456,"level":"stderr","text":"a \"line\""}])"}});
    LogPosition position;
    const auto lines = queries.log(run.id, position);
    ASSERT_EQ(lines.size(), 1u);
    EXPECT_EQ(lines[0].at, TimePoint{Duration{1795176000123456}});
    EXPECT_EQ(lines[0].lease, run.lease);
    EXPECT_EQ(lines[0].level, "stderr");
    EXPECT_EQ(lines[0].text, "a \"line\"");
}

TEST_P(LogConformance, ChunksAreReadByNumberWhateverTheirOrder) {
    const ClaimedJob run = begun();
    append({chunk(run, 2, "two"), chunk(run, 0, "zero")});
    append({chunk(run, 1, "one"), chunk(run, 10, "ten")});
    EXPECT_EQ(texts(run.id), (std::vector<std::string>{"zero", "one", "two", "ten"}));
}

TEST_P(LogConformance, RunsFollowEachOther) {
    const ClaimedJob first = begun();
    append({chunk(first, 5, "first")});
    settle(return_of(first));
    const ClaimedJob second = claim_one();
    append({chunk(second, 0, "second")});
    EXPECT_EQ(texts(first.id), (std::vector<std::string>{"first", "second"}));
}

TEST_P(LogConformance, AReaderGoesOnWhereItStopped) {
    const ClaimedJob run = begun();
    LogPosition position;
    EXPECT_TRUE(texts_after(run.id, position).empty());
    append({chunk(run, 0, "zero")});
    EXPECT_EQ(texts_after(run.id, position), std::vector<std::string>{"zero"});
    EXPECT_TRUE(texts_after(run.id, position).empty());
    append({chunk(run, 1, "one"), chunk(run, 2, "two")});
    EXPECT_EQ(texts_after(run.id, position), (std::vector<std::string>{"one", "two"}));

    settle(return_of(run));
    append({chunk(claim_one(), 0, "another run")});
    EXPECT_EQ(texts_after(run.id, position), std::vector<std::string>{"another run"});
    EXPECT_TRUE(texts_after(run.id, position).empty());
}

TEST_P(LogConformance, AReaderOfAnotherProcessGoesOnToo) {
    const ClaimedJob run = begun();
    append({chunk(run, 0, "zero")});
    LogPosition position;
    texts_after(run.id, position);
    append({chunk(run, 1, "one")});
    EXPECT_EQ(database->open(clock)->queries().log(run.id, position).size(), 1u);
}

TEST_P(LogConformance, AChunkThatIsThereStays) {
    const ClaimedJob run = begun();
    append({chunk(run, 0, "first")});
    append({chunk(run, 0, "second"), chunk(run, 1, "new")});
    EXPECT_EQ(texts(run.id), (std::vector<std::string>{"first", "new"}));
}

TEST_P(LogConformance, AChunkThatWasAppendedMayComeWithTheSettlementAgain) {
    const ClaimedJob run = begun();
    append({chunk(run, 0, "zero")});
    Settlement done = success_of(run);
    done.log = {chunk(run, 0, "zero"), chunk(run, 1, "one")};
    EXPECT_EQ(settle(done), Moved::yes);
    EXPECT_EQ(texts(run.id), (std::vector<std::string>{"zero", "one"}));
}

TEST_P(LogConformance, ALostSettlementLeavesNoLog) {
    const ClaimedJob run = begun();
    settle(return_of(run));
    const ClaimedJob again = claim_one();
    Settlement late = success_of(run);
    late.log = {chunk(run, 7, "late")};
    EXPECT_EQ(settle(late), Moved::lost);
    append({chunk(again, 0, "again")});
    EXPECT_EQ(texts(run.id), std::vector<std::string>{"again"});
}

TEST_P(LogConformance, LogsOfDifferentJobsDoNotMix) {
    insert_many(2);
    const auto runs = claim(2);
    append({chunk(runs[0], 0, "of the first"), chunk(runs[1], 0, "of the second")});
    EXPECT_EQ(texts(runs[0].id), std::vector<std::string>{"of the first"});
    EXPECT_EQ(texts(runs[1].id), std::vector<std::string>{"of the second"});
}

TEST_P(LogConformance, CharactersAreKept) {
    const ClaimedJob run = begun();
    append({chunk(run, 0, "é 月 \U0001F600 it's :id ? %s"), chunk(run, 1, R"(\u0000\\\ud83d\ude00\n)")});
    EXPECT_EQ(texts(run.id), (std::vector<std::string>{"é 月 \U0001F600 it's :id ? %s",
                                                       std::string("\0", 1) + "\\\U0001F600\n"}));
}

TEST_P(LogConformance, NothingIsAppendedForNothing) {
    const ClaimedJob run = begun();
    append({});
    append({{run.id, run.lease, 0, "[]"}});
    EXPECT_TRUE(texts(run.id).empty());
    EXPECT_TRUE(texts(jobs.reserve_ids(1)).empty());
}

TEST_P(LogConformance, MuchIsAppendedAtOnce) {
    const ClaimedJob run = begun();
    std::vector<LogChunk> chunks;
    for (int number = 0; number < 40; ++number)
        chunks.push_back(chunk(run, number, std::string(64 * 1024, 'x')));
    append(chunks);
    EXPECT_EQ(texts(run.id).size(), 40u);
}

INSTANTIATE_TEST_SUITE_P(Databases, LogConformance, testing::ValuesIn(all_backends()), backend_name);

}  // namespace
}  // namespace jobhost::storage
