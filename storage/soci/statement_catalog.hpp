// The SQL of one dialect, by name. The texts come from storage/sql: common, overlaid by the dialect's own.
#pragma once

#include "storage/model/time.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace jobhost::storage {

// A file below storage/sql, embedded at build time.
struct EmbeddedSql {
    std::string_view path;  // "sqlite/queries/job.sql"
    std::string_view text;
};
extern const std::vector<EmbeddedSql>& embedded_sql();

struct Migration {
    int number = 0;         // 1 for 0001_jobs.sql
    std::string name;       // "0001_jobs"
    std::string_view text;  // as in the file; its checksum is taken over these bytes
    std::vector<std::string> statements;
};

class StatementCatalog {
public:
    // What stands for ${schema} and ${timeout} in the texts.
    struct Places {
        std::string schema;  // where our tables lie
        Duration timeout{};  // ${timeout} is in milliseconds
    };
    StatementCatalog(std::string_view dialect, const Places& places);

    // REQUIRES: there is such a statement.
    const std::string& operator[](std::string_view name) const;
    bool contains(std::string_view name) const { return texts_.contains(name); }
    const std::string& dialect() const noexcept { return dialect_; }

    // What a new connection is told first: <dialect>/session.sql.
    const std::vector<std::string>& session_setup() const noexcept { return session_setup_; }

private:
    std::string dialect_;
    std::vector<std::string> session_setup_;
    std::map<std::string, std::string, std::less<>> texts_;
};

// Those of `dialect`, by number.
std::vector<Migration> migrations_of(std::string_view dialect);

}  // namespace jobhost::storage
