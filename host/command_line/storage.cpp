#include "host/command_line/opened.hpp"
#include "host/command_line/text.hpp"
#include "host/observe/printable.hpp"
#include "storage/model/time_text.hpp"
#include "storage/schema.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <iostream>

namespace jobhost::host {

namespace {

namespace json = boost::json;

json::value text_or_null(const std::string& text) {
    if (text.empty()) return nullptr;
    return json::value(text);
}

json::object to_json(const storage::SchemaStatus& status) {
    json::array migrations;
    for (const storage::MigrationState& state : status.migrations)
        migrations.push_back(
            {{"number", state.number},
             {"name", state.name},
             {"applied_at", text_or_null(state.applied_at ? to_text(*state.applied_at) : "")}});
    return {{"database", status.database},
            {"schema", text_or_null(status.schema)},
            {"current", status.is_current},
            {"problem", text_or_null(status.problem.value_or(""))},
            {"migrations", std::move(migrations)}};
}

void print(const storage::SchemaStatus& status) {
    std::cout << "database: " << printable(status.database) << '\n';
    if (!status.schema.empty()) std::cout << "schema: " << status.schema << '\n';
    std::vector<std::vector<std::string>> rows{{"MIGRATION", "APPLIED (UTC)"}};
    for (const storage::MigrationState& state : status.migrations)
        rows.push_back({printable(state.name), state.applied_at ? short_text(*state.applied_at) : "pending"});
    print_table(std::cout, rows);
    const auto pending = static_cast<std::size_t>(
        std::ranges::count_if(status.migrations, [](const auto& state) { return !state.applied_at; }));
    if (status.is_current)
        std::cout << "the schema is current\n";
    else if (pending > 0)
        std::cout << counted(pending, "migration")
                  << " pending: applied by jobhost storage migrate, or when a host starts\n";
}

}  // namespace

int storage_status(const GlobalOptions& global) {
    const storage::SchemaStatus status = storage::schema_status(storage_options(load_settings(global)));
    if (global.json)
        std::cout << to_json(status) << '\n';
    else
        print(status);
    if (status.problem) throw storage::StorageError{storage::StorageError::Kind::corrupt, *status.problem};
    return kDone;
}

int storage_migrate(const GlobalOptions& global, const StorageMigrateOptions& options) {
    const storage::StorageOptions storage = storage_options(load_settings(global));
    if (options.is_sql) {
        const std::string sql = storage::pending_migrations_sql(storage);
        std::cout << (sql.empty() ? "-- nothing is pending\n" : sql);
        return kDone;
    }
    const std::vector<std::string> applied = storage::migrate_schema(storage);
    for (const std::string& name : applied)
        std::cout << "applied " << name << '\n';
    if (applied.empty()) std::cout << "nothing was pending\n";
    return kDone;
}

}  // namespace jobhost::host
