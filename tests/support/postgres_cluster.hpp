// A private PostgreSQL 15 for a test program.
#pragma once

#include <mutex>
#include <string>
#include <vector>

namespace jobhost::test {

// Runs in a temporary folder and is reached through a socket there, without a password. It ends, and the
// folder goes, with this object; also when the test program is killed, because postgres_guardian.py sees to
// it.
//
// Thread-safe. Every call has a deadline of minutes and throws std::runtime_error with PostgreSQL's own
// words.
class PostgresCluster {
public:
    // Creates and starts it, which takes a fraction of a second. `settings` are PostgreSQL's own, such as
    // "fsync=on"; without any, fsync is off.
    explicit PostgresCluster(const std::vector<std::string>& settings = {});
    ~PostgresCluster();
    PostgresCluster(const PostgresCluster&) = delete;
    PostgresCluster& operator=(const PostgresCluster&) = delete;

    // The name of a fresh, empty database. Its collation is not by bytes.
    std::string create_database();

    // For libpq: "postgresql:///NAME?host=...".
    std::string url(const std::string& database = "postgres") const;
    // For ODBC, through psqlODBC.
    std::string odbc(const std::string& database = "postgres") const;

    // Fast shutdown; clients lose their connections.
    void stop();
    // kill -9 of all its processes at once.
    void kill();
    // Again, on the same data, at the same url.
    void start();
    // SIGSTOP: connections stay, and nobody answers.
    void pause();
    void resume();

private:
    std::string ask(const std::string& command);
    std::string answer();

    std::mutex mutex_;
    int guardian_;  // socket
    std::string folder_;
};

// The one of this program, created by the first call. Its databases are the tests' own; who kills or pauses
// it brings it back.
PostgresCluster& shared_postgres();

}  // namespace jobhost::test
