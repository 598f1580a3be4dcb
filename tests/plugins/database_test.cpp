// database.backup with real SQLite files.
#include "tests/support/fake_plugin_host.hpp"
#include "tests/support/temporary_folder.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <signal.h>
#include <sqlite3.h>
#include <stdexcept>
#include <string>
#include <unistd.h>
#include <vector>

namespace jobhost::test {

namespace fs = std::filesystem;
namespace json = boost::json;
using testing::HasSubstr;
using testing::IsEmpty;

// A database of the test.
class Database {
public:
    explicit Database(const fs::path& file) {
        if (::sqlite3_open(file.c_str(), &handle_) != SQLITE_OK)
            throw std::runtime_error("cannot open " + file.string());
        ::sqlite3_busy_timeout(handle_, 20'000);
    }
    ~Database() { ::sqlite3_close_v2(handle_); }
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    void execute(const std::string& sql) {
        if (::sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
            throw std::runtime_error(sql + ": " + ::sqlite3_errmsg(handle_));
    }
    std::int64_t number(const std::string& sql) {
        std::int64_t answer = -1;
        const auto keep = [](void* out, int, char** values, char**) {
            *static_cast<std::int64_t*>(out) = values[0] ? std::stoll(values[0]) : -1;
            return 0;
        };
        ::sqlite3_exec(handle_, sql.c_str(), keep, &answer, nullptr);
        return answer;
    }

private:
    sqlite3* handle_ = nullptr;
};

class DatabaseTest : public testing::Test {
protected:
    fs::path source() const { return folder_ / "shop.db"; }
    fs::path target() const { return folder_ / "backups" / "copy.db"; }
    json::object arguments() const { return {{"database", source().string()}, {"to", target().string()}}; }
    static RunFacts facts(const json::object& given) { return {.arguments = json::serialize(given)}; }

    // `rows` rows of about a page each.
    void fill(const std::string& journal_mode, int rows) const {
        Database database(source());
        database.execute("PRAGMA journal_mode = " + journal_mode);
        database.execute("CREATE TABLE item (id INTEGER PRIMARY KEY, text BLOB)");
        database.execute("WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < " +
                         std::to_string(rows) + ") INSERT INTO item SELECT i, randomblob(3000) FROM n");
    }
    static std::int64_t rows_of(const fs::path& file) {
        return Database(file).number("SELECT count(*) FROM item");
    }

    json::object back_up(const json::object& given) {
        FakeRun run(facts(given));
        plugin_.run("backup", run);
        EXPECT_EQ(run.status, JOBHOST_OK) << run.error_code << ": " << run.error_message;
        return run.result ? run.result_json().as_object() : json::object();
    }
    // "status code: message" of a run that must not succeed.
    std::string failure(const json::object& given) {
        FakeRun run(facts(given));
        plugin_.run("backup", run);
        return std::to_string(run.status) + " " + run.error_code + ": " + run.error_message;
    }
    std::vector<std::string> files_beside_target() const {
        std::vector<std::string> names;
        if (!fs::exists(target().parent_path())) return names;
        for (const auto& entry : fs::directory_iterator(target().parent_path()))
            if (entry.path() != target()) names.push_back(entry.path().filename());
        return names;
    }

    TemporaryFolder folder_;
    LoadedPlugin plugin_{DATABASE_PLUGIN};
};

TEST_F(DatabaseTest, IsPrivileged) {
    EXPECT_EQ(view(plugin_.plugin().name), "database");
    EXPECT_TRUE(plugin_.type("backup").flags & JOBHOST_JOB_PRIVILEGED);
}

TEST_F(DatabaseTest, CopiesEveryRowAndSaysHowMuch) {
    fill("DELETE", 2000);
    fs::permissions(source(), fs::perms(0640));

    FakeRun run(facts(arguments()));
    plugin_.run("backup", run);

    ASSERT_EQ(run.status, JOBHOST_OK) << run.error_message;
    EXPECT_EQ(rows_of(target()), 2000);
    const json::object result = run.result_json().as_object();
    EXPECT_EQ(result.at("bytes").as_int64(), static_cast<std::int64_t>(fs::file_size(target())));
    EXPECT_EQ(result.at("pages").as_int64() * 4096, result.at("bytes").as_int64());
    EXPECT_GE(result.at("duration_ms").as_int64(), 0);
    EXPECT_EQ(result.at("path").as_string(), target().string());
    EXPECT_EQ(run.progress.back(), 1.0);
    EXPECT_EQ(fs::status(target()).permissions(), fs::perms(0640));
    EXPECT_THAT(files_beside_target(), IsEmpty());
}

TEST_F(DatabaseTest, AnEmptyDatabaseIsADatabase) {
    std::ofstream(source()).close();
    EXPECT_EQ(back_up(arguments())["pages"].as_int64(), 0);
    EXPECT_TRUE(fs::exists(target()));
}

TEST_F(DatabaseTest, CopiesWhatIsStillInTheLog) {
    fill("WAL", 1);
    Database writer(source());
    writer.execute("PRAGMA wal_autocheckpoint = 0; INSERT INTO item (text) VALUES ('in the log')");

    back_up(arguments());

    EXPECT_THAT(files_beside_target(), IsEmpty());
    EXPECT_EQ(rows_of(target()), 2);
}

// Two tables that every transaction changes together; a copy in which they differ is torn.
class DatabaseWithWriterTest : public DatabaseTest, public testing::WithParamInterface<const char*> {
protected:
    DatabaseWithWriterTest() {
        fill(GetParam(), 3000);
        Database(source()).execute(
            "CREATE TABLE a (n); CREATE TABLE b (n); INSERT INTO a VALUES (0); INSERT INTO b VALUES (0)");
        int ready[2];
        if (::pipe(ready) != 0) throw std::runtime_error("no pipe");
        writer_ = ::fork();
        if (writer_ == 0) write_until_killed(ready[1]);
        char byte = 0;
        EXPECT_EQ(::read(ready[0], &byte, 1), 1);
        ::close(ready[0]);
        ::close(ready[1]);
    }
    ~DatabaseWithWriterTest() override {
        ::kill(writer_, SIGKILL);
        ::waitpid(writer_, nullptr, 0);
    }

private:
    [[noreturn]] void write_until_killed(int ready) const {
        try {
            Database database(source());
            database.execute("PRAGMA synchronous = OFF");
            for (std::int64_t i = 1;; ++i) {
                const std::string n = std::to_string(i);
                database.execute("BEGIN IMMEDIATE; UPDATE a SET n = " + n +
                                 "; UPDATE item SET text = randomblob(3000) " + "WHERE id = 1 + " + n +
                                 " % 3000; UPDATE b SET n = " + n + "; COMMIT");
                if (i == 1 && ::write(ready, "x", 1) != 1) ::_exit(1);
            }
        } catch (...) {
            ::_exit(2);
        }
    }

    pid_t writer_ = -1;
};

TEST_P(DatabaseWithWriterTest, TheCopyIsOneMoment) {
    for (int round = 0; round < 3; ++round) {
        back_up(arguments());
        Database copy(target());
        EXPECT_EQ(copy.number("SELECT a.n = b.n FROM a, b"), 1);
        EXPECT_GT(copy.number("SELECT n FROM a"), 0);
        EXPECT_EQ(copy.number("SELECT count(*) FROM item"), 3000);
    }
}

INSTANTIATE_TEST_SUITE_P(JournalModes, DatabaseWithWriterTest, testing::Values("WAL", "DELETE"),
                         [](const auto& mode) { return std::string(mode.param); });

TEST_F(DatabaseTest, AnOlderCopyIsReplacedWithItsLogs) {
    fill("DELETE", 10);
    fs::create_directories(target().parent_path());
    for (const char* suffix : {"", "-wal", "-journal"})
        std::ofstream(target().string() + suffix) << "older";

    back_up(arguments());

    EXPECT_THAT(files_beside_target(), IsEmpty());
    EXPECT_EQ(rows_of(target()), 10);
}

TEST_F(DatabaseTest, AnOlderCopyIsKeptIfToldSo) {
    fill("DELETE", 10);
    fs::create_directories(target().parent_path());
    std::ofstream(target()) << "older";
    json::object kept = arguments();
    kept["overwrite"] = false;

    EXPECT_EQ(failure(kept), "2 exists: " + target().string() + " exists and must not be overwritten");
    EXPECT_EQ(fs::file_size(target()), 5u);
}

TEST_F(DatabaseTest, WhatIsNoDatabaseIsNamed) {
    EXPECT_EQ(failure(arguments()), "2 not_found: there is no database " + source().string());
    EXPECT_FALSE(fs::exists(target().parent_path()));

    std::ofstream(source()) << std::string(5000, 'x');
    EXPECT_THAT(failure(arguments()), HasSubstr("2 not_a_database: "));
    EXPECT_THAT(files_beside_target(), IsEmpty());

    json::object folder = arguments();
    folder["database"] = folder_.path().string();
    EXPECT_THAT(failure(folder), HasSubstr("2 not_a_database: "));
}

TEST_F(DatabaseTest, TheDatabaseItselfIsNeverTheTarget) {
    fill("WAL", 10);
    fs::create_symlink(source(), folder_ / "link.db");
    fs::create_hard_link(source(), folder_ / "hard.db");
    for (const std::string name :
         {"shop.db", "./shop.db", "shop.db-wal", "shop.db-journal", "link.db", "hard.db"}) {
        json::object same = arguments();
        same["to"] = (folder_ / name).string();
        EXPECT_THAT(failure(same), HasSubstr("5 bad_arguments: /to is a file of the database itself"))
            << name;
    }
    json::object through_link = arguments();
    through_link["database"] = (folder_ / "link.db").string();
    through_link["to"] = (folder_ / "shop.db-wal").string();
    EXPECT_THAT(failure(through_link), HasSubstr("5 bad_arguments: "));
    EXPECT_EQ(rows_of(source()), 10);
}

TEST_F(DatabaseTest, SenselessPathsAreRefused) {
    fill("DELETE", 1);
    json::object empty = arguments();
    empty["to"] = "";
    EXPECT_EQ(failure(empty), "5 bad_arguments: /to must be the path of a file");
    json::object folder = arguments();
    folder["to"] = folder_.path().string();
    EXPECT_THAT(failure(folder), HasSubstr("5 bad_arguments: /to is a folder"));
}

TEST_F(DatabaseTest, ALockedDatabaseIsBusy) {
    fill("DELETE", 10);
    Database holder(source());
    holder.execute("BEGIN EXCLUSIVE");

    EXPECT_THAT(failure(arguments()), HasSubstr("1 busy: "));
    EXPECT_THAT(files_beside_target(), IsEmpty());
}

TEST_F(DatabaseTest, StoppingLeavesNothingBehind) {
    fill("DELETE", 5000);
    for (const auto& [bit, status] : {std::pair{JOBHOST_STOP_CANCEL, JOBHOST_CANCELLED},
                                      std::pair{JOBHOST_STOP_DRAIN, JOBHOST_YIELDED}}) {
        FakeRun run(facts(arguments()));
        run.stop_when_progressing(bit);
        plugin_.run("backup", run);
        EXPECT_EQ(run.status, status);
        EXPECT_THAT(files_beside_target(), IsEmpty());
        EXPECT_FALSE(fs::exists(target()));
    }
}

TEST_F(DatabaseTest, AFullDiskLeavesNothingBehind) {
    fill("DELETE", 2000);
    // A file-size limit is the full disk that needs no mount.
    const auto handler = ::signal(SIGXFSZ, SIG_IGN);
    rlimit before{};
    ::getrlimit(RLIMIT_FSIZE, &before);
    const rlimit small{1'000'000, before.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &small);

    const std::string seen = failure(arguments());

    ::setrlimit(RLIMIT_FSIZE, &before);
    ::signal(SIGXFSZ, handler);
    EXPECT_THAT(seen, HasSubstr("1 disk_full: "));
    EXPECT_THAT(files_beside_target(), IsEmpty());
    EXPECT_FALSE(fs::exists(target()));
}

TEST_F(DatabaseTest, ADamagedDatabaseIsFound) {
    fill("DELETE", 200);
    // The tree of the table, not the header: only reading all of it shows the damage.
    std::fstream file(source(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(4096 * 20);
    file << std::string(4096 * 5, '\xEE');
    file.close();

    EXPECT_THAT(failure(arguments()), HasSubstr("1 damaged: the copy is damaged: "));
    EXPECT_FALSE(fs::exists(target()));

    json::object unverified = arguments();
    unverified["verify"] = false;
    back_up(unverified);
    EXPECT_TRUE(fs::exists(target()));
}

}  // namespace jobhost::test
