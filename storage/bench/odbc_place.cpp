#include "storage/bench/odbc_place.hpp"

#include <algorithm>
#include <array>
#include <cctype>
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

// On SQL Server our tables lie where its own user's do, so that only a database apart is a place apart.
constexpr const char* kSqlServer = "Microsoft SQL Server";

bool is_there(OdbcSession& session, bool is_database, const std::string& name) {
    return !session
                .run((is_database
                          ? "SELECT name FROM sys.databases WHERE name = '"
                          : "SELECT schema_name FROM information_schema.schemata WHERE schema_name = '") +
                     name + "'")
                .empty();
}

void drop(OdbcSession& session, bool is_database, const std::string& name) {
    if (!is_there(session, is_database, name)) return;
    session.run(is_database ? "DROP DATABASE " + name : "DROP SCHEMA " + name + " CASCADE");
}

bool is_database_attribute(std::string_view attribute) {
    std::string key;
    for (const char character : attribute.substr(0, attribute.find('=')))
        if (character != ' ') key += static_cast<char>(std::tolower(static_cast<unsigned char>(character)));
    return key == "database";
}

std::string connection_of(const storage::StorageOptions& options) {
    return options.url.substr(std::string_view{"odbc:"}.size());
}

}  // namespace

std::string with_database(std::string_view connection, const std::string& database) {
    std::string changed;
    while (!connection.empty()) {
        // A value in braces may hold semicolons, and }} for a brace.
        std::size_t end = 0;
        for (bool is_braced = false; end < connection.size(); ++end) {
            if (connection[end] == '{') is_braced = true;
            if (connection[end] == '}') is_braced = false;
            if (connection[end] == ';' && !is_braced) break;
        }
        const std::string_view attribute = connection.substr(0, end);
        if (!attribute.empty() && !is_database_attribute(attribute)) changed += std::string{attribute} + ";";
        connection.remove_prefix(std::min(end + 1, connection.size()));
    }
    return changed + "Database=" + database;
}

OdbcPlace::OdbcPlace(storage::StorageOptions options, std::string name)
    : options_{std::move(options)},
      name_{std::move(name)},
      makes_databases_{OdbcSession{connection_of(options_)}.product() == kSqlServer} {}

OdbcPlace::~OdbcPlace() {
    try {
        remove();
    } catch (const std::exception&) {
        // Who wants to know calls remove() himself.
    }
}

void OdbcPlace::make(const std::string& space, int servers) {
    const std::string name = name_ + "_" + space;
    OdbcSession session{connection_of(options_)};
    if (made_.contains(space))
        drop(session, makes_databases_, name);
    else if (is_there(session, makes_databases_, name))
        throw std::runtime_error{name + " exists already; drop it"};
    made_[space].reset();  // from now on it is ours to remove
    storage::StorageOptions options = options_;
    options.schema = name;
    if (makes_databases_) {
        session.run("CREATE DATABASE " + name);
        const std::string connection = with_database(connection_of(options_), name);
        if (OdbcSession{connection}.run("SELECT DB_NAME()") != std::vector{name})
            throw std::runtime_error{"the driver does not lead to a database apart; nothing is measured"};
        options.url = "odbc:" + connection;
    }
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
        drop(session, makes_databases_, name_ + "_" + made_.begin()->first);
        made_.erase(made_.begin());
    }
}

}  // namespace jobhost::bench
