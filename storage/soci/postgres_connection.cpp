#include "storage/soci/postgres_connection.hpp"

#include "storage/soci/instants.hpp"
#include "storage/soci/sqlstate.hpp"

#include <soci/postgresql/soci-postgresql.h>

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

// Every statement of ours finds its rows by an index. Without this, a plan that was made while a table was
// empty could go on reading all of it when it has a million rows.
constexpr const char* kPlanner =
    "SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; SET jit = off";

std::string in_milliseconds(Duration duration) {
    return std::to_string(std::chrono::ceil<std::chrono::milliseconds>(duration).count());
}

}  // namespace

PostgresConnection::PostgresConnection(const PostgresOptions& options, const StatementCatalog& catalog)
    : clock_{options.clock},
      session_{*soci::factory_postgresql(), completed(options.url, options.timeout), catalog} {
    session_.execute_text("SET search_path = " + options.schema);
    session_.execute_text(kPlanner);
    // A server that was told to forget commits on a crash is told otherwise for ours.
    session_.rows_of_text<std::string>(
        "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = "
        "'off'");
    const std::string timeout = in_milliseconds(options.timeout);
    session_.execute_text("SET statement_timeout = " + timeout);
    // A host that is stopped in the middle of a transaction must not keep its locks for ever.
    session_.execute_text("SET idle_in_transaction_session_timeout = " + timeout);
}

void PostgresConnection::begin(Access access) {
    const std::string begin =
        access == Access::write ? "BEGIN" : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
    if (clock_ != nullptr) {
        session_.execute_text(begin);
        session_.set_now(clock_->now());
        return;
    }
    // Both in one round trip.
    const auto now = session_.rows_of_text<long long>(
        begin + "; SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS bigint)");
    session_.set_now(instant(std::get<0>(now.at(0))));
}

void PostgresConnection::commit() {
    session_.execute_text("COMMIT");
}

void PostgresConnection::rollback() {
    session_.execute_text("ROLLBACK");
}

int PostgresConnection::socket() noexcept {
    return ::PQsocket(static_cast<soci::postgresql_session_backend*>(session_.raw().get_backend())->conn_);
}

}  // namespace jobhost::storage
