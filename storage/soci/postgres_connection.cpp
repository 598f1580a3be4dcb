#include "storage/soci/postgres_connection.hpp"

#include "storage/soci/instants.hpp"
#include "storage/soci/sqlstate.hpp"

#include <soci/postgresql/soci-postgresql.h>
#include <sys/socket.h>

#include <algorithm>

namespace jobhost::storage {

namespace {

using namespace std::chrono_literals;

// How long a server may take to accept us; libpq counts in whole seconds and takes no less than two.
constexpr std::chrono::seconds kConnectTimeout = 10s;

// `url` with a parameter that it does not name itself.
void add_parameter(std::string& url, const std::string& name, const std::string& value) {
    const auto query = url.find('?');
    if (query != std::string::npos && url.find(name + "=", query) != std::string::npos) return;
    url += (query == std::string::npos ? "?" : "&") + name + "=" + value;
}

std::string completed(std::string url, Duration timeout) {
    const auto patience = std::min(std::chrono::ceil<std::chrono::seconds>(timeout), kConnectTimeout);
    add_parameter(url, "connect_timeout", std::to_string(std::max(patience, 2s).count()));
    add_parameter(url, "application_name", "jobhost");
    // A machine that is gone without a word is noticed within half a minute.
    add_parameter(url, "keepalives_idle", "10");
    add_parameter(url, "keepalives_interval", "5");
    add_parameter(url, "keepalives_count", "3");
    return url;
}

}  // namespace

PostgresConnection::PostgresConnection(const PostgresOptions& options, const StatementCatalog& catalog)
    : clock_{options.clock},
      session_{*soci::factory_postgresql(), completed(options.url, options.timeout), catalog} {
    // What the server remarks would land on standard error; what matters comes as an error.
    ::PQsetNoticeProcessor(
        connection(), [](void*, const char*) {}, nullptr);
}

// SOCI takes leave of every statement that it keeps by a round trip of its own, for which no deadline holds.
PostgresConnection::~PostgresConnection() {
    ::shutdown(socket(), SHUT_RDWR);
}

void PostgresConnection::set_up() {
    for (const std::string& setting : session_.catalog().session_setup())
        session_.execute_text(setting);
}

void PostgresConnection::begin(Access access) {
    const StatementCatalog& catalog = session_.catalog();
    const std::string& begin =
        catalog[access == Access::write ? "transaction_begin" : "transaction_begin_reading"];
    if (clock_ != nullptr) {
        session_.execute_text(begin);
        session_.set_now(clock_->now());
        return;
    }
    // Both in one round trip.
    const auto now = session_.rows_of_text<long long>(begin + "; " + catalog["clock_now"]);
    session_.set_now(instant(std::get<0>(now.at(0))));
}

void PostgresConnection::commit() {
    session_.execute_text(session_.catalog()["transaction_commit"]);
}

void PostgresConnection::rollback() {
    session_.execute_text(session_.catalog()["transaction_rollback"]);
}

pg_conn* PostgresConnection::connection() noexcept {
    return static_cast<soci::postgresql_session_backend*>(session_.raw().get_backend())->conn_;
}

int PostgresConnection::socket() noexcept {
    return ::PQsocket(connection());
}

}  // namespace jobhost::storage
