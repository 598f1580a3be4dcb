// What every database under measurement has to do: the deeds of a store, on jobhost's own tables.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace jobhost::bench {

// Where finished jobs stay: in the table of all jobs, or in one of their own that only grows.
enum class Tables { one, with_history };

inline std::string name_of(Tables tables) {
    return tables == Tables::one ? "one" : "history";
}

// How a batch is settled and the next one claimed.
enum class Exchange {
    separate,   // a transaction each
    fused,      // both in one transaction, a statement each
    variation,  // in one transaction in another way: see Database::variation()
};

// What the tables and their rows look like.
struct Shape {
    Tables tables = Tables::one;
    int fillfactor = 100;      // per cent of a page that inserts fill (PostgreSQL)
    int lanes = 4;             // numbered from 1; rows are dealt out to them in turn
    int argument_bytes = 100;  // of each job
};

// A run that somebody has begun and will settle.
struct Run {
    std::int64_t id = 0;
    std::int64_t lease = 0;
};

// Rows that lie in the way of a claim without being what it wants.
enum class Ballast { none, retained, future, unserved };

inline std::string name_of(Ballast ballast) {
    switch (ballast) {
        case Ballast::none:
            break;
        case Ballast::retained:
            return "retained";
        case Ballast::future:
            return "future";
        case Ballast::unserved:
            return "unserved";
    }
    return "none";
}

// The columns lane, state, due_at, server, lease, finished_at of row n, in the SQL of all databases.
inline std::string columns_of(Ballast ballast, const Shape& shape) {
    const std::string served_lane = "1 + n % " + std::to_string(shape.lanes);
    switch (ballast) {
        case Ballast::none:
            break;
        case Ballast::retained:
            return served_lane + ", 4, NULL, 1, 1, n";
        case Ballast::future:
            return served_lane + ", 1, n, NULL, 0, NULL";
        case Ballast::unserved:
            return "1000, 2, NULL, NULL, 0, NULL";
    }
    return "";
}

// What was written between two readings. No value: this database cannot tell.
struct Writes {
    std::optional<double> index_entries;
    std::optional<double> log_bytes;
    std::optional<double> page_image_bytes;  // the part of log_bytes that a checkpoint causes
};

// One connection; used by one thread. Every call is durable when it returns, and throws std::runtime_error.
class Connection {
public:
    virtual ~Connection() = default;
    // Inserts enqueued jobs with the ids first, first + 1, ...
    virtual void insert(std::int64_t first, int count) = 0;
    virtual std::vector<Run> claim(int most) = 0;
    // As claim(); `seconds` is the time until all was done but the commit, which depends on the disk alone.
    virtual std::vector<Run> claim_timed(int most, double& seconds) = 0;
    // How many of the runs were ours to settle.
    virtual std::size_t settle(std::span<const Run> runs) = 0;
    // Settles all `runs`, or throws, and claims up to `most` jobs; either may be nothing.
    virtual std::vector<Run> exchange(Exchange how, std::span<const Run> runs, int most) = 0;
};

// A database and the spaces that this program makes in it; what is left of them is removed by the destructor.
// Used by one thread.
class Database {
public:
    virtual ~Database() = default;
    // Makes a space, anew if it exists: the tables and one server for each connection to come.
    virtual void make(const std::string& space, const Shape& shape) = 0;
    // `server` is 1 or more: who the connection claims for.
    virtual std::unique_ptr<Connection> connect(const std::string& space, int server) = 0;
    // Adds rows of one kind, with ids above a thousand million, and lets the database tidy up.
    virtual void load(const std::string& space, Ballast ballast, std::int64_t count) = 0;
    // Seconds of processor time that the server has used so far, when it runs on this machine.
    virtual std::optional<double> server_seconds() = 0;
    // What was written to `space` since the last call for it.
    virtual Writes writes(const std::string& space) = 0;
    // The most connections that can be of use.
    virtual int most_connections() const = 0;
    virtual std::string variation() const = 0;
    virtual std::string description() = 0;
};

}  // namespace jobhost::bench
