#include "storage/bench/postgres_session.hpp"

#include <stdexcept>

namespace jobhost::bench {

namespace {

// What libpq says of a connection, without the end of its last line.
std::string said_of(PGconn* connection) {
    std::string said = PQerrorMessage(connection);
    while (said.ends_with('\n'))
        said.pop_back();
    return said;
}

// Plans must not depend on what statistics say at the moment: a plan made while the table was empty stays in
// use until the table is next analysed.
constexpr const char* kSettings = R"sql(
SET synchronous_commit = on;
SET statement_timeout = '300s';
SET plan_cache_mode = force_generic_plan;
SET enable_seqscan = off;
SET enable_bitmapscan = off;
SET enable_hashjoin = off;
SET enable_mergejoin = off;
SET jit = off;
)sql";

}  // namespace

PostgresSession::PostgresSession(const std::string& uri, const std::string& space)
    : connection_{nullptr, PQfinish} {
    const char* const keywords[] = {"dbname", "connect_timeout", "application_name", nullptr};
    const char* const values[] = {uri.c_str(), "10", "jobhost bench", nullptr};
    connection_.reset(PQconnectdbParams(keywords, values, 1));
    if (PQstatus(connection_.get()) != CONNECTION_OK) throw std::runtime_error{said_of(connection_.get())};
    run("SET client_min_messages = warning");
    run(kSettings);
    run("SET search_path = " + space);
}

PostgresRows PostgresSession::run(const std::string& statements) {
    return checked(PQexec(connection_.get(), statements.c_str()));
}

void PostgresSession::prepare(const std::string& name, const std::string& statement) {
    checked(PQprepare(connection_.get(), name.c_str(), statement.c_str(), 0, nullptr));
}

PostgresRows PostgresSession::run_prepared(const std::string& name, const PostgresParameters& parameters) {
    std::vector<const char*> values;
    std::vector<int> lengths;
    for (const std::string& value : parameters.values()) {
        values.push_back(value.data());
        lengths.push_back(static_cast<int>(value.size()));
    }
    const std::vector<int> binary(values.size(), 1);
    return checked(PQexecPrepared(connection_.get(), name.c_str(), static_cast<int>(values.size()),
                                  values.data(), lengths.data(), binary.data(), 1));
}

PostgresRows PostgresSession::checked(PGresult* result) {
    PostgresRows rows{result};
    const ExecStatusType status = PQresultStatus(result);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
        const char* said = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
        throw std::runtime_error{said != nullptr ? said : said_of(connection_.get())};
    }
    return rows;
}

}  // namespace jobhost::bench
