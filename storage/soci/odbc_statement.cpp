#include "storage/soci/odbc_statement.hpp"

#include "storage/soci/placed_text.hpp"
#include "storage/soci/sqlstate.hpp"
#include "storage/soci/utf16.hpp"

#include <algorithm>
#include <array>
#include <chrono>

namespace jobhost::storage {

namespace {

static_assert(sizeof(SQLWCHAR) == sizeof(char16_t), "unixODBC speaks UTF-16");

// Longer values need the LONG types; drivers cut them silently otherwise. The declared size of the others is
// always the same, so that a server makes one plan and not one for each length.
constexpr std::size_t kLongestAscii = 8000;
constexpr std::size_t kLongestWide = 4000;

// The arrays that a statement takes apart as JSON: those may travel as ASCII, which every driver and server
// leaves alone. Other texts are kept as they are, even if they happen to be JSON.
bool is_taken_apart(std::string_view parameter) {
    return parameter == "rows" || parameter == "ids" || parameter == "lanes";
}

}  // namespace

StorageError odbc_error(SQLSMALLINT kind, SQLHANDLE handle) {
    std::array<SQLCHAR, 6> state{};
    std::array<SQLCHAR, 1024> message{};
    SQLINTEGER native = 0;
    SQLSMALLINT length = 0;
    if (!SQL_SUCCEEDED(::SQLGetDiagRec(kind, handle, 1, state.data(), &native, message.data(),
                                       static_cast<SQLSMALLINT>(message.size()), &length)))
        return {StorageError::Kind::unavailable, "the database driver failed and does not say why"};
    const auto* text = reinterpret_cast<const char*>(message.data());
    const bool is_sql_server = std::string_view{text}.find("SQL Server") != std::string_view::npos;
    return classified_sqlstate(reinterpret_cast<const char*>(state.data()), is_sql_server ? native : 0, text);
}

OdbcStatement::OdbcStatement(SQLHDBC connection, Duration timeout) {
    if (!SQL_SUCCEEDED(::SQLAllocHandle(SQL_HANDLE_STMT, connection, &statement_)))
        throw odbc_error(SQL_HANDLE_DBC, connection);
    const auto seconds =
        std::max<std::chrono::seconds::rep>(1, std::chrono::ceil<std::chrono::seconds>(timeout).count());
    // A driver that knows no such thing says so; then only the server's own limits hold.
    ::SQLSetStmtAttr(statement_, SQL_ATTR_QUERY_TIMEOUT,
                     reinterpret_cast<SQLPOINTER>(static_cast<SQLULEN>(seconds)), 0);
}

OdbcStatement::~OdbcStatement() {
    ::SQLFreeHandle(SQL_HANDLE_STMT, statement_);
}

void OdbcStatement::check(SQLRETURN outcome) {
    if (!SQL_SUCCEEDED(outcome)) throw odbc_error(SQL_HANDLE_STMT, statement_);
}

long long OdbcStatement::run(const std::string& text, const Parameters& parameters,
                             std::span<const ColumnKind> columns, const RowSink& sink) {
    PlacedText placed = placed_text(text);
    SQLUSMALLINT place = 0;
    for (const std::string& name : placed.names) {
        const auto parameter = std::find_if(parameters.begin(), parameters.end(),
                                            [&](const Parameter& given) { return given.name == name; });
        if (parameter == parameters.end())
            throw std::logic_error{"the parameter " + name + " of a statement was not given"};
        bind(++place, *parameter);
    }
    long long affected = 0;
    SQLRETURN outcome = ::SQLExecDirect(statement_, reinterpret_cast<SQLCHAR*>(placed.text.data()), SQL_NTS);
    // An UPDATE that finds no row has no data, which is no error; errors of later statements come with their
    // results.
    if (outcome == SQL_NO_DATA) outcome = ::SQLMoreResults(statement_);
    for (; outcome != SQL_NO_DATA; outcome = ::SQLMoreResults(statement_)) {
        check(outcome);
        affected += take_result(columns, sink);
    }
    return affected;
}

// Of a result that has no rows, how many it touched.
long long OdbcStatement::take_result(std::span<const ColumnKind> columns, const RowSink& sink) {
    SQLSMALLINT width = 0;
    check(::SQLNumResultCols(statement_, &width));
    if (width > 0) {
        fetch_all(columns, sink);
        return 0;
    }
    SQLLEN count = 0;
    check(::SQLRowCount(statement_, &count));
    return std::max<SQLLEN>(count, 0);
}

void OdbcStatement::bind(SQLUSMALLINT place, const Parameter& parameter) {
    Input& input = inputs_.emplace_back();
    const auto put = [&](SQLSMALLINT c_type, SQLSMALLINT sql_type, std::size_t size, SQLPOINTER value,
                         std::size_t bytes) {
        check(::SQLBindParameter(statement_, place, SQL_PARAM_INPUT, c_type, sql_type,
                                 static_cast<SQLULEN>(size), 0, value, static_cast<SQLLEN>(bytes),
                                 &input.length));
    };
    if (const auto* number = std::get_if<long long>(&parameter.value)) {
        input.number = *number;
        put(SQL_C_SBIGINT, SQL_BIGINT, 0, &input.number, 0);
    } else if (const auto* text = std::get_if<std::string>(&parameter.value)) {
        if (is_ascii(*text) || is_taken_apart(parameter.name)) {
            input.ascii = is_ascii(*text) ? *text : ascii_json(*text);
            input.length = static_cast<SQLLEN>(input.ascii.size());
            const bool is_long = input.ascii.size() > kLongestAscii;
            put(SQL_C_CHAR, is_long ? SQL_LONGVARCHAR : SQL_VARCHAR,
                is_long ? input.ascii.size() : kLongestAscii, input.ascii.data(), input.ascii.size());
        } else {
            input.wide = to_utf16(*text);
            const std::size_t bytes = input.wide.size() * sizeof(char16_t);
            input.length = static_cast<SQLLEN>(bytes);
            const bool is_long = input.wide.size() > kLongestWide;
            put(SQL_C_WCHAR, is_long ? SQL_WLONGVARCHAR : SQL_WVARCHAR,
                is_long ? input.wide.size() : kLongestWide, input.wide.data(), bytes);
        }
    } else {
        input.length = SQL_NULL_DATA;
        put(SQL_C_SBIGINT, SQL_BIGINT, 0, nullptr, 0);
    }
}

void OdbcStatement::fetch_all(std::span<const ColumnKind> columns, const RowSink& sink) {
    std::vector<Cell> cells(columns.size());
    for (SQLRETURN outcome = ::SQLFetch(statement_); outcome != SQL_NO_DATA;
         outcome = ::SQLFetch(statement_)) {
        check(outcome);
        for (std::size_t i = 0; i < columns.size(); ++i)
            read(static_cast<SQLUSMALLINT>(i + 1), columns[i], cells[i]);
        if (sink) sink(cells);
    }
}

void OdbcStatement::read(SQLUSMALLINT column, ColumnKind kind, Cell& cell) {
    if (kind == ColumnKind::text) return read_text(column, cell);
    SQLLEN length = 0;
    check(::SQLGetData(statement_, column, SQL_C_SBIGINT, &cell.number, sizeof cell.number, &length));
    cell.is_null = length == SQL_NULL_DATA;
}

// In pieces: the length of a text is not known beforehand, and a buffer for the longest would be 100 MB.
void OdbcStatement::read_text(SQLUSMALLINT column, Cell& cell) {
    std::array<char16_t, 2048> piece;
    std::u16string text;
    cell.is_null = false;
    for (;;) {
        SQLLEN length = 0;
        const SQLRETURN outcome =
            ::SQLGetData(statement_, column, SQL_C_WCHAR, piece.data(), sizeof piece, &length);
        if (outcome == SQL_NO_DATA) break;
        check(outcome);
        if (length == SQL_NULL_DATA) {
            cell.is_null = true;
            break;
        }
        // A full piece ends with a terminator that is not part of the text.
        const bool is_full = length == SQL_NO_TOTAL || length >= static_cast<SQLLEN>(sizeof piece);
        text.append(piece.data(),
                    is_full ? piece.size() - 1 : static_cast<std::size_t>(length) / sizeof(char16_t));
        if (outcome == SQL_SUCCESS) break;
    }
    cell.text = to_utf8(text);
}

}  // namespace jobhost::storage
