// Pending migrations as SQL that a person can run by the database's own shell.
#pragma once

#include "storage/soci/statement_catalog.hpp"

#include <string>
#include <vector>

namespace jobhost::storage {

struct MigrationScript {
    std::string schema;      // where the tables go; empty where there is no such thing
    bool has_schema = true;  // it is there already
    std::vector<Migration> pending;
};

// One transaction, in the dialect of `catalog`; its last statements note the migrations as applied. On SQL
// Server, where statements name no schema, it begins by saying in which one it is to be run.
std::string text_of(const MigrationScript& script, const StatementCatalog& catalog);

}  // namespace jobhost::storage
