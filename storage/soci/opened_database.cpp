#include "storage/soci/opened_database.hpp"

#include "storage/soci/pooled_database.hpp"
#include "storage/soci/postgres_connection.hpp"
#include "storage/soci/postgres_wakeups.hpp"
#include "storage/soci/sqlite_database.hpp"
#include "storage/soci/sqlite_wakeups.hpp"

#include <optional>
#include <string_view>

namespace jobhost::storage {

namespace {

OpenedDatabase open_sqlite(const std::string& path, const StorageOptions& options, const Clock* clock) {
    static const SystemClock machine_clock;
    auto database = std::make_unique<SqliteDatabase>(std::filesystem::absolute(path), options.timeout,
                                                     clock != nullptr ? *clock : machine_clock);
    const auto signal_file = Turnstile::signal_file(database->file());
    return {std::move(database), [signal_file] { return std::make_unique<SqliteWakeups>(signal_file); }};
}

OpenedDatabase open_postgres(const StorageOptions& options, const Clock* clock) {
    const PostgresOptions connection{options.url, options.schema, options.timeout, clock};
    auto database = std::make_unique<PooledDatabase>(
        StatementCatalog{"postgres", options.schema},
        [connection](const StatementCatalog& catalog) {
            return std::make_unique<PostgresConnection>(connection, catalog);
        },
        options.timeout);
    return {std::move(database), [connection] {
                return std::make_unique<PostgresWakeups>(connection.url, "jobhost_" + connection.schema);
            }};
}

// What follows `scheme`, if the URL has that scheme.
std::optional<std::string> after(const std::string& url, std::string_view scheme) {
    if (!url.starts_with(scheme) || url.size() == scheme.size()) return std::nullopt;
    return url.substr(scheme.size());
}

}  // namespace

OpenedDatabase open_database(const StorageOptions& options, const Clock* clock) {
    if (const auto path = after(options.url, "sqlite:")) return open_sqlite(*path, options, clock);
    if (after(options.url, "postgresql://") || after(options.url, "postgres://"))
        return open_postgres(options, clock);
    throw StorageError{
        StorageError::Kind::refused,
        "storage.url must be sqlite:PATH, postgresql://USER@HOST/DATABASE or odbc:CONNECTION STRING"};
}

}  // namespace jobhost::storage
