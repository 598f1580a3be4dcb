#include "storage/soci/odbc_session.hpp"
#include "storage/soci/sqlstate.hpp"
#include "storage/storage_error.hpp"
#include "tests/support/postgres_cluster.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jobhost::storage {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

std::string repeated(std::size_t times, const std::string& part) {
    std::string text;
    for (std::size_t i = 0; i < times; ++i)
        text += part;
    return text;
}

// Statements over ODBC, proven with PostgreSQL's driver.
struct OdbcStatementTest : testing::Test {
    StatementCatalog catalog{"postgres", {.schema = "jobhost", .timeout = 10s}};
    OdbcSession session{test::shared_postgres().odbc(test::shared_postgres().create_database()), 10s,
                        catalog};

    OdbcStatementTest() {
        session.execute_text("CREATE TABLE thing (id bigint PRIMARY KEY, name varchar(200), body text)");
    }

    void insert(long long id, const std::string& name, const std::string& body) {
        const long long inserted =
            session.execute_text("INSERT INTO thing (id, name, body) VALUES (:id, :name, :body)",
                                 {{"id", id}, {"name", name}, {"body", body}});
        EXPECT_EQ(inserted, 1);
    }
    std::tuple<std::optional<long long>, std::string, std::string> thing(long long id) {
        return session
            .rows_of_text<std::optional<long long>, std::string, std::string>(
                "SELECT id, name, body FROM thing WHERE id = :id", {{"id", id}})
            .at(0);
    }
    StorageError error_of(const std::string& text, const Parameters& parameters = {}) {
        try {
            session.execute_text(text, parameters);
        } catch (const StorageError& error) {
            return error;
        }
        ADD_FAILURE() << "no error";
        return {StorageError::Kind::unavailable, "none"};
    }
};

TEST_F(OdbcStatementTest, TwoHundredWideCharactersComeBack) {
    const std::string name = repeated(200, "日");
    insert(1, name, "");
    EXPECT_EQ(std::get<1>(thing(1)), name);
}

TEST_F(OdbcStatementTest, LongTextsComeBackWhole) {
    // Around the sizes at which a parameter becomes a long one, and at which a value is read in another
    // piece.
    for (const std::size_t size : {1u, 2046u, 2047u, 2048u, 4000u, 4001u, 8000u, 8001u, 3'000'000u}) {
        const std::string ascii = repeated(size, "x");
        const std::string wide = repeated(size, "x") + "😀żó" + repeated(size / 3, "日");
        insert(static_cast<long long>(size), "ascii", ascii);
        insert(-static_cast<long long>(size), "wide", wide);
        EXPECT_TRUE(std::get<2>(thing(static_cast<long long>(size))) == ascii) << size;
        EXPECT_TRUE(std::get<2>(thing(-static_cast<long long>(size))) == wide) << size;
    }
}

TEST_F(OdbcStatementTest, APieceMayEndInTheMiddleOfACharacter) {
    for (const char* before : {"", "x"}) {
        const std::string text = before + repeated(3000, "😀");
        const auto found = session.rows_of_text<std::string>("SELECT CAST(:body AS text)", {{"body", text}});
        EXPECT_TRUE(std::get<0>(found.at(0)) == text);
    }
}

TEST_F(OdbcStatementTest, NothingAndAnEmptyTextAreNotTheSame) {
    using Maybe = std::optional<std::string>;
    const auto found = session.rows_of_text<Maybe, Maybe, std::optional<long long>>(
        "SELECT CAST(NULL AS text), CAST(:empty AS text), CAST(:number AS bigint)",
        {{"empty", std::string{}}, {"number", std::optional<long long>{}}});
    EXPECT_EQ(std::get<0>(found.at(0)), std::nullopt);
    EXPECT_EQ(std::get<1>(found.at(0)), "");
    EXPECT_EQ(std::get<2>(found.at(0)), std::nullopt);
}

TEST_F(OdbcStatementTest, NumbersKeepTheirSixtyFourBits) {
    constexpr auto kLeast = std::numeric_limits<long long>::min();
    constexpr auto kGreatest = std::numeric_limits<long long>::max();
    const auto found =
        session.rows_of_text<long long, long long>("SELECT CAST(:least AS bigint), CAST(:greatest AS bigint)",
                                                   {{"least", kLeast}, {"greatest", kGreatest}});
    EXPECT_EQ(found.at(0), std::tuple(kLeast, kGreatest));
}

TEST_F(OdbcStatementTest, AParameterMayBeUsedTwice) {
    insert(1, "same", "same");
    const auto found = session.rows_of_text<long long>(
        "SELECT id FROM thing WHERE name = :text AND body = :text", {{"text", "same"}});
    EXPECT_EQ(found.size(), 1u);
    EXPECT_THROW(session.execute_text("SELECT :missing"), std::logic_error);
}

TEST_F(OdbcStatementTest, AStatementThatTouchesNothingSaysSo) {
    EXPECT_EQ(session.execute_text("UPDATE thing SET name = 'x' WHERE id = :id", {{"id", 7}}), 0);
    EXPECT_TRUE(session.rows_of_text<long long>("SELECT id FROM thing").empty());
    EXPECT_TRUE(session.rows_of_text<long long>("DELETE FROM thing RETURNING id").empty());
}

TEST_F(OdbcStatementTest, TheCountsOfABatchAreAddedUp) {
    insert(1, "", "");
    insert(2, "", "");
    EXPECT_EQ(session.execute_text("UPDATE thing SET name = 'x' WHERE id = 1; UPDATE thing SET name = 'y'"),
              3);
}

TEST_F(OdbcStatementTest, AnErrorLateInABatchIsSeen) {
    insert(1, "", "");
    EXPECT_THROW(session.execute_text("UPDATE thing SET name = 'x'; SELECT 1/0"), StorageError);
    EXPECT_THROW(session.rows_of_text<long long>("SELECT id / (id - 1) FROM thing"), StorageError);
}

TEST_F(OdbcStatementTest, AfterAnErrorTheConnectionGoesOn) {
    insert(1, "", "");
    EXPECT_EQ(error_of("INSERT INTO thing (id) VALUES (1)").kind(), StorageError::Kind::conflict);
    EXPECT_EQ(error_of("SELECT * FROM nowhere").kind(), StorageError::Kind::corrupt);
    insert(2, "after", "");
    EXPECT_EQ(std::get<1>(thing(2)), "after");
}

TEST_F(OdbcStatementTest, NoErrorShowsAValue) {
    const std::string secret = "sesame";
    insert(1, secret, secret);
    for (const StorageError& error :
         {error_of("INSERT INTO thing (id, name) VALUES (1, :name)", {{"name", secret}}),
          error_of("SELECT CAST(:name AS bigint)", {{"name", secret}}),
          error_of("UPDATE thing SET name = :name", {{"name", repeated(100, secret)}})})
        EXPECT_THAT(error.what(), Not(HasSubstr(secret)));
}

TEST_F(OdbcStatementTest, WhatIsTakenApartAsJsonMayHoldAnyCharacter) {
    const auto found = session.rows_of_text<std::string>(
        "SELECT CAST(value AS text) FROM json_array_elements_text(CAST(:rows AS json)) AS given (value)",
        {{"rows", R"(["日😀","plain"])"}});
    EXPECT_THAT(found, testing::ElementsAre(std::tuple{"日😀"}, std::tuple{"plain"}));
}

TEST_F(OdbcStatementTest, OtherJsonIsKeptToTheByte) {
    const std::string body = R"({"name":"日😀"})";
    insert(1, "[日]", body);
    EXPECT_EQ(std::get<1>(thing(1)), "[日]");
    EXPECT_EQ(std::get<2>(thing(1)), body);
}

TEST(RefusedConnection, SaysWhatToDoWhenTheLastPlacesAreKeptForOthers) {
    EXPECT_THAT(refused_connection("FATAL:  remaining connection slots are reserved for superusers").what(),
                HasSubstr("raise max_connections"));
}

TEST(SqlServerErrors, AreKnownByTheirNumbers) {
    using Kind = StorageError::Kind;
    const auto kind = [](long native) { return classified_sqlstate("42000", native, "text").kind(); };
    EXPECT_EQ(kind(1205), Kind::busy);
    EXPECT_EQ(kind(1222), Kind::busy);
    EXPECT_EQ(kind(20003), Kind::busy);
    EXPECT_EQ(kind(2601), Kind::conflict);
    EXPECT_EQ(kind(2627), Kind::conflict);
    EXPECT_EQ(kind(8152), Kind::refused);
    EXPECT_EQ(kind(208), Kind::corrupt);
    EXPECT_EQ(kind(9002), Kind::unavailable);
    EXPECT_THAT(classified_sqlstate("42000", 50000, "another program has it").what(),
                HasSubstr("another program"));
}

}  // namespace
}  // namespace jobhost::storage
