#include "tests/storage/conformance/conformance.hpp"

namespace jobhost::storage {
namespace {

// What plugins say about their runs, good and bad. A run's outcome never depends on it.
class TextsConformance : public StorageConformance {
protected:
    const std::string bad_byte = "it went \xff wrong";
    const std::string with_nul = std::string("it\0went wrong", 13);
    const std::string surrogate = "\xed\xa0\x80";

    Settlement failure_with(const ClaimedJob& run, const std::string& code, const std::string& message,
                            const std::string& by = "first") {
        Settlement failure = failure_of(run);
        failure.event = JobEvent{.at = clock.now(),
                                 .cause = Cause::failed,
                                 .attempt = run.attempt,
                                 .error_code = code,
                                 .message = message,
                                 .by = by};
        return failure;
    }
    std::vector<LogLine> log_of(JobId id) {
        LogPosition position;
        return queries.log(id, position);
    }
    // Each of the settlements counts, and `mutilated` of them lost texts.
    void expect_settled(const std::vector<Settlement>& settlements, std::size_t mutilated) {
        const Exchanged exchanged = jobs.exchange(server, settlements, {});
        EXPECT_EQ(exchanged.moved, std::vector(settlements.size(), Moved::yes));
        EXPECT_EQ(exchanged.mutilated, mutilated);
        for (const Settlement& settlement : settlements)
            EXPECT_EQ(state_of(settlement.job), name_of(settlement.target));
    }
};

TEST_P(TextsConformance, AResultIsKeptByteForByte) {
    for (const std::string& result :
         {std::string{R"({ "b":1.10,"a":123456789012345678901234567890 })"},
          std::string{R"("\u0000\ud83d\ude00")"},
          std::string{"\"it's :id ? é 月 \U0001F600 \U0010FFFF \\\\ \""}, std::string{"null"},
          std::string{"[]"}, std::string{" 1 "}, '"' + std::string(kMaxResultSize - 2, 'x') + '"'}) {
        const JobId id = insert();
        expect_settled({success_of(claim_one(), result)}, 0);
        EXPECT_EQ(std::get<Succeeded>(find(id).state).result, result);
    }
}

TEST_P(TextsConformance, AnEventIsKeptByteForByte) {
    const JobId id = insert();
    const std::string message = "it's 'odd': \"é\" 月 \U0001F600 :id ? \\u0000 \r\n\t {\"a\":[1]} %s -- ;";
    expect_settled({failure_with(claim_one(), "exit_status:1'", message, "host \U0001F600")}, 0);
    const JobEvent event = queries.events(id).at(0);
    EXPECT_EQ(event.error_code, "exit_status:1'");
    EXPECT_EQ(event.message, message);
    EXPECT_EQ(event.by, "host \U0001F600");
    EXPECT_EQ(event.at, clock.now());
    EXPECT_EQ(event.cause, Cause::failed);
    EXPECT_EQ(event.attempt, 1);
}

TEST_P(TextsConformance, ALongMessageIsKept) {
    const JobId id = insert();
    std::string message;
    while (message.size() < 300000)
        message += "at frame " + std::to_string(message.size()) + " of é\n";
    expect_settled({failure_with(claim_one(), "crashed", message)}, 0);
    EXPECT_TRUE(queries.events(id).at(0).message == message);
}

TEST_P(TextsConformance, AResultThatIsNotUtf8IsLostAndTheOutcomeKept) {
    insert_many(3);
    const auto runs = claim(3);
    expect_settled({success_of(runs[0], '"' + bad_byte + '"'), success_of(runs[1], '"' + with_nul + '"'),
                    success_of(runs[2], '"' + surrogate + '"')},
                   3);
    EXPECT_EQ(count_of(succeeded), 3);
}

TEST_P(TextsConformance, AMessageThatIsNotUtf8BecomesANote) {
    insert_many(4);
    const auto runs = claim(4);
    expect_settled(
        {failure_with(runs[0], "boom", bad_byte), failure_with(runs[1], "boom", with_nul),
         failure_with(runs[2], bad_byte, "fine"), failure_with(runs[3], "boom", "fine", surrogate)},
        4);
    for (const ClaimedJob& run : runs)
        for (const JobEvent& event : queries.events(run.id))
            EXPECT_EQ(event.message.find('\xff'), std::string::npos);
}

TEST_P(TextsConformance, ALogThatIsNotUtf8IsNotInTheWay) {
    const JobId id = insert();
    const ClaimedJob run = claim_one();
    Settlement done = success_of(run, "1");
    done.log = {{id, run.lease, 0, R"([{"at":1,"level":"info","text":")" + bad_byte + "\"}]"},
                {id, run.lease, 1, R"([{"at":1,"level":"info","text":")" + with_nul + "\"}]"}};
    expect_settled({done}, 1);
    EXPECT_NO_THROW(log_of(id));
}

TEST_P(TextsConformance, OneBadSettlementHoldsUpNoOther) {
    insert_many(40);
    std::vector<Settlement> batch;
    for (const ClaimedJob& run : claim(40))
        batch.push_back(success_of(run, batch.size() == 17 ? '"' + bad_byte + '"' : "[1]"));
    expect_settled(batch, 1);
    for (std::size_t i = 0; i < batch.size(); ++i) {
        if (i != 17) {
            EXPECT_EQ(std::get<Succeeded>(find(batch[i].job).state).result, "[1]");
        }
    }
}

TEST_P(TextsConformance, ABadOneIsDoneWhenItIsGivenAgain) {
    insert();
    const Settlement bad = success_of(claim_one(), '"' + with_nul + '"');
    expect_settled({bad}, 1);
    const Exchanged again = jobs.exchange(server, {&bad, 1}, {});
    EXPECT_EQ(again.moved, std::vector{Moved::already});
    EXPECT_EQ(again.mutilated, 0u);
}

TEST_P(TextsConformance, ABadOneThatComesLateIsNotCounted) {
    insert();
    Settlement late = success_of(claim_one(), '"' + bad_byte + '"');
    late.lease = Lease{late.lease.value + 1};
    const Exchanged exchanged = jobs.exchange(server, {&late, 1}, {});
    EXPECT_EQ(exchanged.moved, std::vector{Moved::lost});
    EXPECT_EQ(exchanged.mutilated, 0u);
}

TEST_P(TextsConformance, ABadRetryComesBackAllTheSame) {
    insert();
    Settlement retry = retry_of(claim_one(), std::chrono::seconds{0});
    retry.event->message = bad_byte;
    expect_settled({retry}, 1);
    jobs.promote_due(1);
    EXPECT_EQ(claim_one().attempt, 2);
}

TEST_P(TextsConformance, ABadSettlementStillLetsClaim) {
    insert();
    const Settlement bad = success_of(claim_one(), '"' + with_nul + '"');
    const JobId next = insert();
    const Exchanged exchanged = jobs.exchange(server, {&bad, 1}, anything(1));
    EXPECT_EQ(exchanged.moved, std::vector{Moved::yes});
    EXPECT_EQ(ids_of(exchanged.claimed), std::vector{next});
}

INSTANTIATE_TEST_SUITE_P(Databases, TextsConformance, testing::ValuesIn(all_backends()), backend_name);

}  // namespace
}  // namespace jobhost::storage
