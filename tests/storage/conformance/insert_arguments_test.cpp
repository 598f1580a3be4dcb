#include "storage/text.hpp"
#include "tests/storage/conformance/conformance.hpp"

namespace jobhost::storage {
namespace {

class ArgumentsConformance : public StorageConformance {
protected:
    NewJob job_with(const std::string& arguments) {
        NewJob made = job();
        made.arguments = arguments;
        return made;
    }
    // Both to whoever looks and to whoever runs it.
    void expect_kept(const std::string& arguments) {
        const JobId id = insert(job_with(arguments));
        EXPECT_EQ(find(id).arguments, arguments);
        EXPECT_EQ(claim_one().arguments, arguments);
    }
    void expect_refused(const std::string& arguments) {
        const NewJob made = job_with(arguments);
        EXPECT_TRUE(is_refused([&] { insert(made); })) << testing::PrintToString(arguments.substr(0, 100));
        EXPECT_FALSE(queries.find(made.id).has_value());
    }
    static std::string nested(std::size_t depth) {
        std::string text;
        for (std::size_t i = 0; i < depth; ++i)
            text += R"({"a":)";
        return text + "1" + std::string(depth, '}');
    }
};

TEST_P(ArgumentsConformance, AnEmptyObjectIsKept) {
    expect_kept("{}");
}

TEST_P(ArgumentsConformance, WhiteSpaceIsKeptByteForByte) {
    expect_kept(" \t\r\n{ \"b\" : [ 1 ,\n\t2 ] }\n ");
}

TEST_P(ArgumentsConformance, TheOrderOfKeysIsKept) {
    expect_kept(R"({"z":1,"a":2,"aa":3,"B":4,"":5})");
}

TEST_P(ArgumentsConformance, RepeatedKeysAreKept) {
    expect_kept(R"({"a":1,"a":2})");
}

TEST_P(ArgumentsConformance, NumbersAreKeptAsTheyAreWritten) {
    expect_kept(
        R"({"n":[123456789012345678901234567890,9007199254740993,-0,-9223372036854775808,1.10,1e2,1E+2,)"
        R"(0.1000000000000000055511151231257827,2.2250738585072014e-308]})");
}

TEST_P(ArgumentsConformance, CharactersOfEveryLengthAreKept) {
    expect_kept("{\"a\":\"é ğ 月 \U0001F600 \U00010000 \U0010FFFF \uFFFE \u2028 \u0085 \x7f\"}");
}

TEST_P(ArgumentsConformance, CharactersInKeysAreKept) {
    expect_kept("{\"\U0001F600 ' \\\" : ;\":{\"é\":null}}");
}

TEST_P(ArgumentsConformance, EscapesStayEscapes) {
    expect_kept(R"({"a":"\u00e9\/\b\f\n\r\t\\\"\ud83d\ude00\u2028"})");
}

TEST_P(ArgumentsConformance, AnEscapedNulIsKept) {
    expect_kept(R"({"a":"before\u0000after"})");
}

TEST_P(ArgumentsConformance, WhatSqlAndItsDriversReadIsKept) {
    expect_kept(R"({"a":"it's :id ?, ? $1 @p {fn} [x] -- /* */ ; DROP TABLE job; %s \\ '' :: \\:"})");
}

TEST_P(ArgumentsConformance, ComposedAndDecomposedCharactersStayWhatTheyAre) {
    expect_kept("{\"composed\":\"\u00e9\",\"decomposed\":\"e\u0301\"}");
}

TEST_P(ArgumentsConformance, ARawNulIsRefused) {
    expect_refused(std::string("{\"a\":\"\0\"}", 9));
    expect_refused(std::string("{}\0", 3));
}

TEST_P(ArgumentsConformance, ControlCharactersInTextsAreRefused) {
    expect_refused("{\"a\":\"\x01\"}");
    expect_refused("{\"a\":\"\n\"}");
}

TEST_P(ArgumentsConformance, EscapedLoneSurrogatesAreRefused) {
    expect_refused(R"({"a":"\ud800"})");
    expect_refused(R"({"a":"\udc00"})");
    expect_refused(R"({"a":"\udc00\ud800"})");
    expect_refused(R"({"a":"\ud800x"})");
    expect_refused(R"({"\ud800":1})");
}

TEST_P(ArgumentsConformance, RawSurrogatesAreRefused) {
    expect_refused("{\"a\":\"\xed\xa0\x80\"}");
    expect_refused("{\"a\":\"\xed\xa0\xbd\xed\xb8\x80\"}");
}

TEST_P(ArgumentsConformance, WhatIsNotUtf8IsRefused) {
    for (const char* bytes : {"\xff", "\x80", "\xc0\x80", "\xc3", "\xe2\x82", "\xf0\x9f\x98", "\xe0\x80\x80",
                              "\xf0\x80\x80\x80", "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80"})
        expect_refused(std::string{"{\"a\":\""} + bytes + "\"}");
}

TEST_P(ArgumentsConformance, AnythingButAnObjectIsRefused) {
    for (const char* text : {"", " ", "null", "1", "\"a\"", "[{}]", "true"})
        expect_refused(text);
}

TEST_P(ArgumentsConformance, WhatIsNotJsonIsRefused) {
    for (const char* text :
         {"{", "}", "{}}", "{} {}", "{'a':1}", "{a:1}", "{\"a\":1,}", "{\"a\":NaN}", "{\"a\":01}", "{\"a\"}",
          "{/**/}", "\xef\xbb\xbf{}", "{\"a\":\"\\x\"}", "{\"a\":\"\\u12\"}", "{\"a\":tru}"})
        expect_refused(text);
}

TEST_P(ArgumentsConformance, DeepJsonIsKeptUpToTheLimit) {
    expect_kept(nested(kMaxJsonDepth));
}

TEST_P(ArgumentsConformance, DeeperJsonIsRefused) {
    for (const std::size_t depth : {kMaxJsonDepth + 1, std::size_t{5000}, std::size_t{170000}})
        expect_refused(nested(depth));
}

TEST_P(ArgumentsConformance, SeveralOfTheLargestFitIntoOneCall) {
    std::vector<NewJob> batch;
    for (char letter : {'a', 'b', 'c'})
        batch.push_back(job_with(R"({"x":")" + std::string(kMaxArgumentsSize - 8, letter) + R"("})"));
    jobs.insert(batch);

    const auto runs = claim(9);
    ASSERT_EQ(runs.size(), 3u);
    for (std::size_t i = 0; i < runs.size(); ++i)
        EXPECT_TRUE(runs[i].arguments == batch[i].arguments);
}

TEST_P(ArgumentsConformance, TheLimitCountsBytesAndNotCharacters) {
    std::string text = R"({"x":")";
    while (text.size() + 4 <= kMaxArgumentsSize)
        text += "\U0001F600";
    EXPECT_TRUE(is_refused([&] { insert(job_with(text + R"(" })")); }));
}

TEST_P(ArgumentsConformance, TheyOutliveEveryRun) {
    const std::string text = R"({ "n" : 1.0, "t":"月" })";
    const JobId id = insert(job_with(text));
    settle(retry_of(claim_one(), std::chrono::seconds{0}));
    jobs.promote_due(1);
    settle(success_of(claim_one()));
    EXPECT_EQ(find(id).arguments, text);
}

INSTANTIATE_TEST_SUITE_P(Databases, ArgumentsConformance, testing::ValuesIn(all_backends()), backend_name);

}  // namespace
}  // namespace jobhost::storage
