#include "storage/soci/odbc_connection.hpp"

#include "storage/soci/instants.hpp"

namespace jobhost::storage {

OdbcConnection::OdbcConnection(const OdbcOptions& options, const StatementCatalog& catalog)
    : clock_{options.clock}, session_{options.connection, options.timeout, catalog} {}

void OdbcConnection::set_up() {
    for (const std::string& setting : session_.catalog().session_setup())
        session_.execute_text(setting);
}

void OdbcConnection::begin(Access access) {
    session_.execute(access == Access::write ? "transaction_begin" : "transaction_begin_reading");
    session_.set_now(clock_ != nullptr ? clock_->now()
                                       : instant(std::get<0>(session_.rows<long long>("clock_now").at(0))));
}

void OdbcConnection::commit() {
    session_.execute("transaction_commit");
}

void OdbcConnection::rollback() {
    session_.execute("transaction_rollback");
}

}  // namespace jobhost::storage
