// A connection over ODBC, to SQL Server or to PostgreSQL.
#pragma once

#include "storage/soci/odbc_session.hpp"
#include "storage/soci/server_connection.hpp"

#include <string>

namespace jobhost::storage {

struct OdbcOptions {
    std::string connection;  // "Driver=…;Server=…"
    Duration timeout{};
    const Clock* clock = nullptr;  // takes the place of the server's in tests
};

class OdbcConnection final : public ServerConnection {
public:
    // `catalog` outlives this; its dialect is that of the server. Throws StorageError.
    OdbcConnection(const OdbcOptions& options, const StatementCatalog& catalog);

    Session& session() noexcept override { return session_; }
    void set_deadline(Deadline deadline) noexcept override { session_.set_deadline(deadline); }
    void begin(Access access) override;
    void commit() override;
    void rollback() override;
    int socket() noexcept override { return session_.socket(); }

private:
    const Clock* clock_;
    OdbcSession session_;
};

}  // namespace jobhost::storage
