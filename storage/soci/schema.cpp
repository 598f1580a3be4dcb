#include "storage/schema.hpp"

#include "storage/digest.hpp"
#include "storage/soci/database_file.hpp"
#include "storage/soci/instants.hpp"
#include "storage/soci/migration_script.hpp"
#include "storage/soci/opened_database.hpp"
#include "storage/soci/soci_session.hpp"

#include <soci/sqlite3/soci-sqlite3.h>

#include <algorithm>
#include <filesystem>
#include <map>

namespace jobhost::storage {

namespace {

constexpr std::string_view kSqlite = "sqlite:";

struct AppliedMigration {
    std::string name;
    std::string checksum;
    TimePoint at;
};

// What a database says of itself.
struct Found {
    std::string dialect;
    std::string database;
    std::string schema;  // where our tables go; empty where there is no such thing
    bool has_schema = true;
    std::map<long long, AppliedMigration> applied;
};

std::string product_of(Session& session) {
    const std::string& dialect = session.catalog().dialect();
    if (dialect == "sqlite") return std::string{"SQLite "} + sqlite_api::sqlite3_libversion();
    const bool is_postgres = dialect == "postgres";
    const auto version = session.rows_of_text<std::string>(
        is_postgres ? "SELECT CAST(current_setting('server_version') AS text)"
                    : "SELECT CAST(SERVERPROPERTY('ProductVersion') AS nvarchar(128))");
    const std::string number = std::get<0>(version.at(0));
    return (is_postgres ? "PostgreSQL " : "Microsoft SQL Server ") + number.substr(0, number.find(' '));
}

Found found_in(Session& session) {
    Found found{.dialect = session.catalog().dialect(), .database = product_of(session)};
    if (found.dialect != "sqlite") found.schema = std::get<0>(session.rows<std::string>("schema_name").at(0));
    if (session.catalog().contains("schema_exists"))
        found.has_schema = !session.rows<long long>("schema_exists").empty();
    if (session.rows<long long>("migration_table_exists").empty()) return found;
    for (auto& [number, name, checksum, at] :
         session.rows_of_text<long long, std::string, std::string, long long>(
             "SELECT number, name, checksum, applied_at FROM schema_migration"))
        found.applied[number] = {std::move(name), std::move(checksum), instant(at)};
    return found;
}

// A file that is not there has had no migrations and is not made. One that may only be read is refused,
// because SQLite would leave a -wal behind that may only be read either.
Found found_in_file(const std::filesystem::path& file, const StorageOptions& options) {
    if (!has_database_file(file))
        return {.dialect = "sqlite", .database = std::string{"SQLite "} + sqlite_api::sqlite3_libversion()};
    try {
        const StatementCatalog catalog{"sqlite", {.schema = {}, .timeout = options.timeout}};
        SociSession session{*soci::factory_sqlite3(), "db=\"" + file.string() + "\"", catalog};
        for (const std::string& setting : catalog.session_setup())
            session.execute_text(setting);
        return found_in(session);
    } catch (const StorageError& error) {
        if (error.kind() == StorageError::Kind::busy) throw locked_database(file);
        throw StorageError{error.kind(), "cannot open the database " + file.string() + ": " + error.what()};
    }
}

Found found_at(const StorageOptions& options) {
    if (options.url.starts_with(kSqlite) && options.url.size() > kSqlite.size())
        return found_in_file(std::filesystem::absolute(options.url.substr(kSqlite.size())), options);
    const OpenedDatabase opened = open_database(options, nullptr);
    Found found;
    opened.database->read([&](Session& session) { found = found_in(session); });
    return found;
}

SchemaStatus status_of(const Found& found, const std::string& schema) {
    std::map<long long, AppliedMigration> applied = found.applied;
    SchemaStatus status{.database = found.database, .is_current = true};
    // SQL Server puts our tables into the default schema of the database's user.
    if (found.dialect == "postgres") status.schema = schema;
    for (const Migration& migration : migrations_of(found.dialect)) {
        MigrationState& state = status.migrations.emplace_back(migration.number, migration.name);
        const auto at = applied.find(migration.number);
        if (at == applied.end()) {
            status.is_current = false;
            continue;
        }
        state.applied_at = at->second.at;
        if (at->second.checksum != sha256(migration.text))
            status.problem = "the database was made with another text of migration " + migration.name +
                             "; it cannot be used with this jobhost";
        applied.erase(at);
    }
    for (auto& [number, foreign] : applied) {
        status.problem = "the database's schema is newer (" + foreign.name +
                         ") than this jobhost knows; use the newer jobhost";
        status.migrations.emplace_back(static_cast<int>(number), std::move(foreign.name), foreign.at);
    }
    status.is_current = status.is_current && !status.problem;
    return status;
}

}  // namespace

SchemaStatus schema_status(const StorageOptions& options) {
    return status_of(found_at(options), options.schema);
}

std::vector<std::string> migrate_schema(const StorageOptions& options) {
    std::vector<std::string> names;
    for (const MigrationState& state : schema_status(options).migrations)
        if (!state.applied_at) names.push_back(state.name);
    open_storage(options);
    return names;
}

std::string pending_migrations_sql(const StorageOptions& options) {
    const Found found = found_at(options);
    const SchemaStatus status = status_of(found, options.schema);
    if (status.problem) throw StorageError{StorageError::Kind::corrupt, *status.problem};
    if (status.is_current) return {};
    const StatementCatalog catalog{found.dialect, {.schema = options.schema, .timeout = options.timeout}};
    MigrationScript script{.schema = found.schema, .has_schema = found.has_schema};
    for (const Migration& migration : migrations_of(found.dialect))
        if (!found.applied.contains(migration.number)) script.pending.push_back(migration);
    return text_of(script, catalog);
}

}  // namespace jobhost::storage
