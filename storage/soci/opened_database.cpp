#include "storage/soci/opened_database.hpp"

#include "storage/soci/odbc_connection.hpp"
#include "storage/soci/polled_wakeups.hpp"
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
    const PostgresOptions connection{options.url, options.timeout, clock};
    auto database = std::make_unique<PooledDatabase>(
        StatementCatalog{"postgres", {options.schema, options.timeout}},
        [connection](const StatementCatalog& catalog) {
            return std::make_unique<PostgresConnection>(connection, catalog);
        },
        options.timeout);
    return {std::move(database), [url = options.url, channel = "jobhost_" + options.schema] {
                return std::make_unique<PostgresWakeups>(url, channel);
            }};
}

OpenedDatabase open_odbc(const std::string& text, const StorageOptions& options, const Clock* clock) {
    const OdbcOptions connection{text, options.timeout, clock};
    const std::string product = odbc_product(text, options.timeout);
    const bool is_postgres = product == "PostgreSQL";
    if (!is_postgres && product != "Microsoft SQL Server")
        throw StorageError{
            StorageError::Kind::refused,
            "storage.url leads to " + product + "; over ODBC jobhost knows SQL Server and PostgreSQL"};
    // A session of SQL Server cannot choose a schema; two applications would meet in one unawares.
    if (!is_postgres && options.schema != StorageOptions{}.schema)
        throw StorageError{
            StorageError::Kind::refused,
            "storage.schema cannot be chosen on SQL Server, where the tables lie in the default schema of "
            "the database's user; leave it out, and give each application a user of its own"};
    auto database = std::make_unique<PooledDatabase>(
        StatementCatalog{is_postgres ? "postgres" : "mssql", {options.schema, options.timeout}},
        [connection](const StatementCatalog& catalog) {
            return std::make_unique<OdbcConnection>(connection, catalog);
        },
        options.timeout);
    PooledDatabase& pool = *database;
    return {std::move(database), [&pool] { return std::make_unique<PolledWakeups>(pool); }};
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
    if (const auto connection = after(options.url, "odbc:")) return open_odbc(*connection, options, clock);
    throw StorageError{
        StorageError::Kind::refused,
        "storage.url must be sqlite:PATH, postgresql://USER@HOST/DATABASE or odbc:CONNECTION STRING"};
}

}  // namespace jobhost::storage
