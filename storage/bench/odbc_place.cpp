#include "storage/bench/odbc_place.hpp"

#include <array>
#include <sql.h>
#include <sqlext.h>
#include <stdexcept>

namespace jobhost::bench {

namespace {

// One connection, for statements without parameters. What the driver says of an error is not told: it may
// repeat the connection string.
class OdbcSession {
public:
    explicit OdbcSession(std::string connection) {
        SQLAllocHandle(SQL_HANDLE_ENV, SQL_NULL_HANDLE, &environment_);
        SQLSetEnvAttr(environment_, SQL_ATTR_ODBC_VERSION, reinterpret_cast<SQLPOINTER>(SQL_OV_ODBC3), 0);
        SQLAllocHandle(SQL_HANDLE_DBC, environment_, &connection_);
        is_connected_ = SQL_SUCCEEDED(SQLDriverConnect(
            connection_, nullptr, reinterpret_cast<SQLCHAR*>(connection.data()),
            static_cast<SQLSMALLINT>(connection.size()), nullptr, 0, nullptr, SQL_DRIVER_NOPROMPT));
    }
    ~OdbcSession() {
        if (is_connected_) SQLDisconnect(connection_);
        SQLFreeHandle(SQL_HANDLE_DBC, connection_);
        SQLFreeHandle(SQL_HANDLE_ENV, environment_);
    }
    OdbcSession(const OdbcSession&) = delete;
    OdbcSession& operator=(const OdbcSession&) = delete;

    std::string product() {
        std::array<char, 128> name{};
        if (!is_connected_ || !SQL_SUCCEEDED(SQLGetInfo(connection_, SQL_DBMS_NAME, name.data(),
                                                        static_cast<SQLSMALLINT>(name.size()), nullptr)))
            throw std::runtime_error{"cannot connect over ODBC"};
        return name.data();
    }

    // The first column of its rows.
    std::vector<std::string> run(std::string text) {
        SQLHSTMT statement = nullptr;
        std::vector<std::string> values;
        bool is_done =
            is_connected_ && SQL_SUCCEEDED(SQLAllocHandle(SQL_HANDLE_STMT, connection_, &statement));
        if (is_done) {
            const SQLRETURN code = SQLExecDirect(statement, reinterpret_cast<SQLCHAR*>(text.data()), SQL_NTS);
            is_done = SQL_SUCCEEDED(code) || code == SQL_NO_DATA;
            SQLSMALLINT columns = 0;
            SQLNumResultCols(statement, &columns);
            std::array<char, 300> value{};
            while (is_done && columns > 0 && SQL_SUCCEEDED(SQLFetch(statement)))
                if (SQL_SUCCEEDED(SQLGetData(statement, 1, SQL_C_CHAR, value.data(), value.size(), nullptr)))
                    values.emplace_back(value.data());
        }
        SQLFreeHandle(SQL_HANDLE_STMT, statement);
        if (!is_done) throw std::runtime_error{"refused over ODBC: " + text};
        return values;
    }

private:
    SQLHENV environment_ = nullptr;
    SQLHDBC connection_ = nullptr;
    bool is_connected_ = false;
};

void drop_schema(OdbcSession& session, const std::string& schema) {
    // A schema that holds anything is not dropped by SQL Server.
    for (const std::string& table : session.run(
             "SELECT table_name FROM information_schema.tables WHERE table_schema = '" + schema + "'"))
        session.run("DROP TABLE " + schema + "." + table);
    if (!session
             .run("SELECT schema_name FROM information_schema.schemata WHERE schema_name = '" + schema + "'")
             .empty())
        session.run("DROP SCHEMA " + schema);
}

std::string connection_of(const storage::StorageOptions& options) {
    return options.url.substr(std::string_view{"odbc:"}.size());
}

}  // namespace

OdbcPlace::OdbcPlace(storage::StorageOptions options, std::string name)
    : options_{std::move(options)}, name_{std::move(name)} {}

OdbcPlace::~OdbcPlace() {
    try {
        remove();
    } catch (const std::exception&) {
        // Who wants to know calls remove() himself.
    }
}

void OdbcPlace::make(const std::string& space, int servers) {
    const std::string schema = schema_of(space);
    OdbcSession session{connection_of(options_)};
    if (made_.contains(space))
        drop_schema(session, schema);
    else if (!session
                  .run("SELECT schema_name FROM information_schema.schemata WHERE schema_name = '" + schema +
                       "'")
                  .empty())
        throw std::runtime_error{"the schema " + schema + " exists already; drop it"};
    made_[space].reset();  // from now on it is ours to remove
    storage::StorageOptions options = options_;
    options.schema = schema;
    made_[space].emplace(options, servers);
}

void OdbcPlace::load(const std::string&, Ballast, std::int64_t) {
    throw std::logic_error{"no statements of our own over ODBC"};
}

std::string OdbcPlace::description() {
    return OdbcSession{connection_of(options_)}.product() + " over ODBC, without a raw comparison";
}

void OdbcPlace::remove() {
    if (made_.empty()) return;
    OdbcSession session{connection_of(options_)};
    while (!made_.empty()) {
        drop_schema(session, schema_of(made_.begin()->first));
        made_.erase(made_.begin());
    }
}

}  // namespace jobhost::bench
