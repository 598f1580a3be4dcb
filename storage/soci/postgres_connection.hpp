// A connection to PostgreSQL through SOCI's own backend.
#pragma once

#include "storage/soci/server_connection.hpp"
#include "storage/soci/soci_session.hpp"

#include <string>

struct pg_conn;  // libpq's

namespace jobhost::storage {

struct PostgresOptions {
    std::string url;  // "postgresql://…"
    Duration timeout{};
    const Clock* clock = nullptr;  // takes the place of the server's in tests
};

class PostgresConnection final : public ServerConnection {
public:
    // `catalog` outlives this. Throws StorageError.
    PostgresConnection(const PostgresOptions& options, const StatementCatalog& catalog);
    // Does not wait, even for a server that no longer answers.
    ~PostgresConnection() override;

    Session& session() noexcept override { return session_; }
    void set_deadline(Deadline) noexcept override {}
    void begin(Access access) override;
    void commit() override;
    void rollback() override;
    int socket() noexcept override;

private:
    pg_conn* connection() noexcept;

    const Clock* clock_;
    SociSession session_;
};

}  // namespace jobhost::storage
