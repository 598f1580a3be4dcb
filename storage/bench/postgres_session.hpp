// A connection to PostgreSQL whose statements are prepared, and whose values travel in binary form.
#pragma once

#include "storage/bench/array_parameter.hpp"

#include <libpq-fe.h>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace jobhost::bench {

// Rows that a statement returned.
class PostgresRows {
public:
    explicit PostgresRows(PGresult* result) : result_{result, PQclear} {}

    int size() const { return PQntuples(result_.get()); }
    // The value of a column that is not null.
    template <std::integral Number>
    Number number(int row, int column) const {
        return read_number<Number>(PQgetvalue(result_.get(), row, column));
    }
    // The value as it came; as text when the statement was not a prepared one.
    std::string_view bytes(int row, int column) const {
        return {PQgetvalue(result_.get(), row, column),
                static_cast<std::size_t>(PQgetlength(result_.get(), row, column))};
    }

private:
    std::unique_ptr<PGresult, decltype(&PQclear)> result_;
};

// What is bound to $1, $2, ...
class PostgresParameters {
public:
    PostgresParameters& operator<<(const ArrayParameter& array) { return append(array.bytes()); }
    template <std::integral Number>
    PostgresParameters& operator<<(Number value) {
        std::string bytes;
        append_number(bytes, value);
        return append(std::move(bytes));
    }
    const std::vector<std::string>& values() const { return values_; }

private:
    PostgresParameters& append(std::string bytes) {
        values_.push_back(std::move(bytes));
        return *this;
    }
    std::vector<std::string> values_;
};

// Used by one thread. Throws std::runtime_error, with no value of a parameter in it.
class PostgresSession {
public:
    // `space`: the schema in which names are looked up.
    PostgresSession(const std::string& uri, const std::string& space);

    // Runs any number of statements, apart by semicolons; the rows of the last one, as text.
    PostgresRows run(const std::string& statements);
    // Has a statement planned, under `name`.
    void prepare(const std::string& name, const std::string& statement);
    PostgresRows run_prepared(const std::string& name, const PostgresParameters& parameters);

private:
    PostgresRows checked(PGresult* result);
    std::unique_ptr<PGconn, decltype(&PQfinish)> connection_;
};

}  // namespace jobhost::bench
