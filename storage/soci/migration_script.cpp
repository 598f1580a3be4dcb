#include "storage/soci/migration_script.hpp"

#include "storage/digest.hpp"

namespace jobhost::storage {

namespace {

// What stands in front of the transaction. Filtered indexes ask for the settings.
std::string head_for_mssql(const MigrationScript& script, const StatementCatalog& catalog) {
    std::string sql = "-- Run this as a user whose default schema is " + script.schema +
                      ", as that of jobhost's own login is: the tables must lie there,\n"
                      "-- and the statements name no schema.\n";
    for (const std::string& setting : catalog.session_setup())
        sql += setting + ";\n";
    return sql;
}

}  // namespace

std::string text_of(const MigrationScript& script, const StatementCatalog& catalog) {
    std::string sql = catalog.dialect() == "mssql" ? head_for_mssql(script, catalog) : "";
    sql += catalog["transaction_begin"] + ";\n";
    if (catalog.contains("migration_lock")) sql += catalog["migration_lock"] + ";\n";
    if (catalog.contains("schema_create")) {
        if (!script.has_schema) sql += catalog["schema_create"] + ";\n";
        sql += "SET LOCAL search_path = \"" + script.schema + "\";\n";
    }
    sql += catalog["migration_table_create"] + ";\n";
    const std::string now = catalog.dialect() == "sqlite"
                                ? "CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)"
                                : "(" + catalog["clock_now"] + ")";
    std::string notes;
    for (const Migration& migration : script.pending) {
        sql += "\n-- " + migration.name + "\n" + std::string{migration.text};
        notes += "INSERT INTO schema_migration (number, name, checksum, applied_at)\nVALUES (" +
                 std::to_string(migration.number) + ", '" + migration.name + "', '" + sha256(migration.text) +
                 "', " + now + ");\n";
    }
    return sql + "\n" + notes + "\n" + catalog["transaction_commit"] + ";\n";
}

}  // namespace jobhost::storage
