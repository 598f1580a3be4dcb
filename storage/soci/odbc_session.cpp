#include "storage/soci/odbc_session.hpp"

#include "storage/soci/odbc_encryption.hpp"
#include "storage/soci/odbc_statement.hpp"
#include "storage/soci/sqlstate.hpp"

#include <soci/odbc/soci-odbc.h>

#include <algorithm>
#include <array>
#include <chrono>

namespace jobhost::storage {

namespace {

using namespace std::chrono_literals;

// Longer than this no server takes to accept us.
constexpr std::chrono::seconds kLongestLogin = 10s;

// SOCI has no place for attributes of a connection that is not open yet; unixODBC takes them from its text.
std::string with_login_timeout(const std::string& connection, Duration timeout) {
    const auto seconds = std::min(std::chrono::ceil<std::chrono::seconds>(timeout), kLongestLogin);
    return "DMConnAttr={SQL_ATTR_LOGIN_TIMEOUT=" + std::to_string(std::max(seconds, 1s).count()) + "};" +
           connection;
}

// Its deadline holds for what a driver asks and SOCI sets after the login as well.
OpenedSocket opened(soci::session& session, const std::string& connection, Duration timeout) {
    refuse_ignored_encryption(connection);
    soci::connection_parameters parameters{*soci::factory_odbc(), with_login_timeout(connection, timeout)};
    // A daemon has nobody to ask for what is missing.
    parameters.set_option(soci::odbc_option_driver_complete, "0");
    return {std::min<Duration>(timeout, kLongestLogin), [&] {
                try {
                    session.open(parameters);
                } catch (const soci::soci_error& error) {
                    throw refused_connection(error.get_error_message());
                }
            }};
}

SQLHDBC handle(soci::session& session) {
    return static_cast<soci::odbc_session_backend*>(session.get_backend())->hdbc_;
}

}  // namespace

OdbcSession::OdbcSession(const std::string& connection, Duration timeout, const StatementCatalog& catalog)
    : Session{catalog}, timeout_{timeout}, socket_{opened(session_, connection, timeout)} {}

long long OdbcSession::run(const std::string& text, bool, const Parameters& parameters,
                           std::span<const ColumnKind> columns, const RowSink& sink) {
    const auto left = std::chrono::ceil<Duration>(deadline_ - std::chrono::steady_clock::now());
    return OdbcStatement{handle(session_), std::min(timeout_, left)}.run(text, parameters, columns, sink);
}

std::string odbc_product(const std::string& connection, Duration timeout) {
    soci::session session;
    const OpenedSocket socket = opened(session, connection, timeout);
    std::array<char, 128> name{};
    SQLSMALLINT length = 0;
    if (!SQL_SUCCEEDED(::SQLGetInfo(handle(session), SQL_DBMS_NAME, name.data(),
                                    static_cast<SQLSMALLINT>(name.size()), &length)))
        throw odbc_error(SQL_HANDLE_DBC, handle(session));
    return name.data();
}

}  // namespace jobhost::storage
