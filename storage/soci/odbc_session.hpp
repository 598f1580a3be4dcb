// A connection of SOCI's ODBC backend, with statements of our own on it.
#pragma once

#include "storage/soci/opened_socket.hpp"
#include "storage/soci/session.hpp"

#include <soci/soci.h>

#include <chrono>

namespace jobhost::storage {

// SOCI 4.0.3 connects well over ODBC, but cuts texts that it reads at a number of bytes, sends texts in the
// server's code page, and never looks at the second result of a statement, where late errors are. So the
// statements here use the driver itself: parameters that are ASCII or UTF-16, values in pieces of any length,
// every result drained. Nothing stays prepared: a driver keeps one open statement at a time, and servers know
// a text again by themselves.
class OdbcSession final : public Session {
public:
    // Opens a connection, within `timeout` and never more than 10 s; `catalog` must outlive the session. A
    // server that answers ends each statement at `timeout`, too; for one that hangs there is socket().
    OdbcSession(const std::string& connection, Duration timeout, const StatementCatalog& catalog);

    // See OpenedSocket::descriptor(); lives as long as the session.
    int socket() const noexcept { return socket_.descriptor(); }
    // From now on, no call ends later than then, to the second.
    void set_deadline(std::chrono::steady_clock::time_point deadline) noexcept { deadline_ = deadline; }

private:
    long long run(const std::string& text, bool keep, const Parameters& parameters,
                  std::span<const ColumnKind> columns, const RowSink& sink) override;

    const Duration timeout_;
    std::chrono::steady_clock::time_point deadline_ = std::chrono::steady_clock::time_point::max();
    soci::session session_;
    const OpenedSocket socket_;
};

// The name that the driver has for what it is connected to: "Microsoft SQL Server", "PostgreSQL". Throws
// StorageError, within `timeout`.
std::string odbc_product(const std::string& connection, Duration timeout);

}  // namespace jobhost::storage
