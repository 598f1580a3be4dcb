#include "storage/bench/postgres_place.hpp"

#include "storage/bench/ballast.hpp"
#include "storage/bench/cpu_time.hpp"
#include "storage/bench/postgres_raw.hpp"

namespace jobhost::bench {

PostgresPlace::PostgresPlace(storage::StorageOptions options, std::string name)
    : options_{std::move(options)}, name_{std::move(name)}, session_{options_.url, "pg_catalog"} {}

PostgresPlace::~PostgresPlace() {
    try {
        remove();
    } catch (const std::exception&) {
        // Who wants to know calls remove() himself.
    }
}

void PostgresPlace::make(const std::string& space, int servers) {
    const std::string schema = schema_of(space);
    if (made_.contains(space))
        session_.run("DROP SCHEMA IF EXISTS " + schema + " CASCADE");
    else if (session_.run("SELECT FROM pg_namespace WHERE nspname = '" + schema + "'").size() > 0)
        throw std::runtime_error{"the schema " + schema + " exists already; drop it"};
    made_[space].reset();  // from now on it is ours to remove
    storage::StorageOptions options = options_;
    options.schema = schema;
    made_[space].emplace(options, servers);
    session_.run(lane_insertion(schema + ".lane"));
}

std::unique_ptr<Connection> PostgresPlace::connect(const std::string& space, Contender contender,
                                                   int server) {
    StoredSpace& made = made_.at(space).value();
    if (contender == Contender::jobhost) return made.connect();
    return std::make_unique<PostgresRaw>(options_.url, schema_of(space),
                                         made.servers().at(static_cast<std::size_t>(server) - 1).value);
}

void PostgresPlace::load(const std::string& space, Ballast ballast, std::int64_t count) {
    const std::string table = schema_of(space) + ".job";
    if (ballast != Ballast::none)
        session_.run("WITH series (n) AS (SELECT generate_series(" + std::to_string(kFirstBallastId) + ", " +
                     std::to_string(kFirstBallastId + count - 1) + ")) " + ballast_insertion(ballast, table));
    session_.run("VACUUM (ANALYZE) " + table);
    try {
        session_.run("CHECKPOINT");
    } catch (const std::runtime_error&) {
        // Only a superuser may ask for it. It comes by itself, and costs the figures some calm.
    }
}

std::optional<double> PostgresPlace::server_seconds() {
    const std::string backend{session_.run("SELECT pg_backend_pid()").bytes(0, 0)};
    return family_seconds(std::stoi(backend), "postgres");
}

std::string PostgresPlace::description() {
    return "PostgreSQL " + std::string{session_.run("SHOW server_version").bytes(0, 0)} +
           ", synchronous_commit=on, fsync=" + std::string{session_.run("SHOW fsync").bytes(0, 0)};
}

void PostgresPlace::remove() {
    while (!made_.empty()) {
        session_.run("DROP SCHEMA IF EXISTS " + schema_of(made_.begin()->first) + " CASCADE");
        made_.erase(made_.begin());
    }
}

}  // namespace jobhost::bench
