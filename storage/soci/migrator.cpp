#include "storage/soci/migrator.hpp"

#include "storage/digest.hpp"
#include "storage/soci/sqlstate.hpp"
#include "storage/storage_error.hpp"

#include <map>

namespace jobhost::storage {

namespace {

struct AppliedMigration {
    std::string name;
    std::string checksum;
};

std::map<long long, AppliedMigration> applied_migrations(Session& session) {
    std::map<long long, AppliedMigration> applied;
    for (auto& [number, name, checksum] : session.rows<long long, std::string, std::string>("migration_list"))
        applied[number] = {std::move(name), std::move(checksum)};
    return applied;
}

[[noreturn]] void refuse(const std::string& why) {
    throw StorageError{StorageError::Kind::corrupt, why};
}

// Nothing is to be done. Read first, so that opening an up-to-date database writes nothing.
bool is_current(const std::map<long long, AppliedMigration>& applied, const std::vector<Migration>& known) {
    if (applied.size() > known.size())
        refuse("the database's schema is newer (" + applied.rbegin()->second.name +
               ") than this jobhost knows; use the newer jobhost");
    for (const Migration& migration : known) {
        const auto found = applied.find(migration.number);
        if (found == applied.end()) return false;
        if (found->second.checksum != sha256(migration.text))
            refuse("the database was made with another text of migration " + migration.name +
                   "; it cannot be used with this jobhost");
    }
    return true;
}

bool is_current(Database& database, const std::vector<Migration>& known) {
    bool answer = false;
    database.read([&](Session& session) {
        const auto found = session.rows<long long>("migration_table_exists");
        answer = !found.empty() && is_current(applied_migrations(session), known);
    });
    return answer;
}

// Who only runs jobs has no rights to this and is to leave it to somebody else.
StorageError forbidden(Database& database, const std::vector<Migration>& known, const std::string& why) {
    std::map<long long, AppliedMigration> applied;
    database.read([&](Session& session) {
        const bool is_there = !session.rows<long long>("migration_table_exists").empty();
        applied = is_there ? applied_migrations(session) : std::map<long long, AppliedMigration>{};
    });
    std::string pending;
    for (const Migration& migration : known)
        if (!applied.contains(migration.number)) pending += (pending.empty() ? "" : ", ") + migration.name;
    return {StorageError::Kind::unavailable,
            "the database user may not apply what is pending, " + pending + " (" + why +
                "); run 'jobhost storage migrate' as the owner of the schema, or as a user who may make it"};
}

void apply_pending(Database& database, const std::vector<Migration>& known) {
    const StatementCatalog& catalog = database.catalog();
    database.write([&](Session& session) {
        // One host at a time; on SQLite there is no other writer anyway.
        if (catalog.contains("migration_lock")) session.rows<std::string>("migration_lock");
        if (catalog.contains("schema_create") && session.rows<long long>("schema_exists").empty())
            session.execute("schema_create");
        session.execute("migration_table_create");
        const auto applied = applied_migrations(session);
        if (is_current(applied, known)) return;
        for (const Migration& migration : known) {
            if (applied.contains(migration.number)) continue;
            for (const std::string& statement : migration.statements)
                session.execute_text(statement);
            session.execute("migration_insert", {{"number", migration.number},
                                                 {"name", migration.name},
                                                 {"checksum", sha256(migration.text)},
                                                 {"applied_at", session.now().time_since_epoch().count()}});
        }
    });
}

}  // namespace

void migrate(Database& database) {
    const std::vector<Migration> known = migrations_of(database.catalog().dialect());
    if (is_current(database, known)) return;
    try {
        apply_pending(database, known);
    } catch (const StorageError& error) {
        const auto why = denial(error);
        if (!why) throw;
        throw forbidden(database, known, *why);
    }
}

}  // namespace jobhost::storage
