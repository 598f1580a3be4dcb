#include "storage/bench/sqlite_place.hpp"

#include "storage/bench/ballast.hpp"
#include "storage/bench/sqlite_raw.hpp"

#include <stdexcept>

namespace jobhost::bench {

SqlitePlace::SqlitePlace(storage::StorageOptions options, const std::string& name)
    : options_{std::move(options)},
      folder_{std::filesystem::absolute(options_.url.substr(std::string_view{"sqlite:"}.size())).string() +
              "." + name} {
    std::error_code error;
    if (std::filesystem::create_directory(folder_, error)) return;
    throw std::runtime_error{"cannot make the folder " + folder_.string() + ": " +
                             (error ? error.message() : "it exists already; remove it")};
}

SqlitePlace::~SqlitePlace() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

void SqlitePlace::make(const std::string& space, int servers) {
    const std::string file = file_of(space);
    made_.erase(space);
    for (const auto& entry : std::filesystem::directory_iterator{folder_})
        if (entry.path().string().starts_with(file)) std::filesystem::remove(entry);
    storage::StorageOptions options = options_;
    options.url = "sqlite:" + file;
    made_.emplace(space, StoredSpace{options, servers});
    SqliteSession{file}.run(lane_insertion("lane"));
}

std::unique_ptr<Connection> SqlitePlace::connect(const std::string& space, Contender contender, int server) {
    StoredSpace& made = made_.at(space);
    if (contender == Contender::jobhost) return made.connect();
    return std::make_unique<SqliteRaw>(file_of(space),
                                       made.servers().at(static_cast<std::size_t>(server) - 1).value);
}

void SqlitePlace::load(const std::string& space, Ballast ballast, std::int64_t count) {
    SqliteSession session{file_of(space)};
    if (ballast != Ballast::none)
        session.run("WITH RECURSIVE series (n) AS (SELECT " + std::to_string(kFirstBallastId) +
                    " UNION ALL SELECT n + 1 FROM series WHERE n < " +
                    std::to_string(kFirstBallastId + count - 1) + ") " + ballast_insertion(ballast, "job"));
    session.run("PRAGMA wal_checkpoint(TRUNCATE)");
}

std::string SqlitePlace::description() {
    return std::string{"SQLite "} + sqlite3_libversion() + ", journal_mode=WAL, synchronous=FULL";
}

void SqlitePlace::remove() {
    made_.clear();
    std::filesystem::remove_all(folder_);
}

}  // namespace jobhost::bench
