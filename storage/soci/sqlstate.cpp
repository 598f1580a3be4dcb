#include "storage/soci/sqlstate.hpp"

#include <algorithm>
#include <array>

namespace jobhost::storage {

namespace {

using Kind = StorageError::Kind;

constexpr std::string_view kDenied = "; the database user may not do this; grant it the rights on our tables";

// Of SQL Server: on an object, on the database, and where it says that a table or schema may as well be
// missing.
bool is_denial(std::string_view sqlstate, long native) {
    if (native == 0) return sqlstate == "42501";
    return native == 229 || native == 262 || native == 1088 || native == 2760 || native == 4902;
}

// The server's first line, without what SOCI says before it. What follows, DETAIL and HINT, quotes rows.
std::string first_line(const std::string& message) {
    constexpr std::string_view kMark = "ERROR:  ";
    const auto mark = message.find(kMark);
    const auto begin = mark == std::string::npos ? 0 : mark + kMark.size();
    return message.substr(begin, message.find('\n', begin) - begin);
}

std::string one_line(std::string message) {
    while (!message.empty() && message.back() == '\n')
        message.pop_back();
    std::replace_if(
        message.begin(), message.end(), [](char c) { return c == '\n' || c == '\t'; }, ' ');
    const auto are_spaces = [](char a, char b) { return a == ' ' && b == ' '; };
    message.erase(std::unique(message.begin(), message.end(), are_spaces), message.end());
    return message;
}

// https://learn.microsoft.com/sql/relational-databases/errors-events/database-engine-events-and-errors
Kind kind_of_native(long native) {
    switch (native) {
        case 1205:   // deadlock victim
        case 1222:   // lock request time out
        case 3960:   // snapshot conflict
        case 41302:  // the same, in memory
        case 41305:
        case 41325:
        case 20003:  // FreeTDS: the deadline of a statement has passed
        case 50000:  // ours: another program has the migration lock
            return Kind::busy;
        case 2601:  // unique index
        case 2627:  // unique constraint
        case 515:   // NULL where none may be
        case 547:   // check or foreign key
            return Kind::conflict;
        case 2628:  // text too long
        case 8152:  // the same, earlier versions
        case 8115:  // arithmetic overflow
        case 245:   // conversion
        case 8114:
        case 13609:  // not JSON
            return Kind::refused;
        case 208:  // no such table
        case 207:  // no such column
            return Kind::corrupt;
        default:
            return Kind::unavailable;
    }
}

// https://www.postgresql.org/docs/current/errcodes-appendix.html. What is not listed counts as unavailable: a
// full disk, a missing permission, a server that shuts down.
Kind kind_of_class(std::string_view sqlstate) {
    constexpr std::array<std::string_view, 6> kBusy{"40001", "40P01", "55P03", "57014", "HYT00", "55006"};
    if (std::find(kBusy.begin(), kBusy.end(), sqlstate) != kBusy.end()) return Kind::busy;
    const std::string_view group = sqlstate.substr(0, 2);
    if (group == "23") return Kind::conflict;
    if (group == "22" || group == "54") return Kind::refused;
    if (group == "XX" || sqlstate == "42P01" || sqlstate == "42703") return Kind::corrupt;
    return Kind::unavailable;
}

std::string remedy_of(std::string_view sqlstate, long native) {
    if (sqlstate == "53100" || native == 1105 || native == 9002)
        return "the database server's disk is full; free space there";
    if (is_denial(sqlstate, native)) return std::string{kDenied.substr(2)};
    if (sqlstate == "25006" || native == 3906)
        return "the database is read-only; connect to the primary server";
    if (sqlstate == "53300") return "the database server has no connection left; raise max_connections";
    if (sqlstate == "42P01" || sqlstate == "42703" || native == 208 || native == 207)
        return "a table or column of ours is missing, or this user has no right to use their schema; grant "
               "it, or run "
               "'jobhost storage migrate' as the owner";
    return {};
}

struct Remedy {
    std::string_view sign;  // in the driver's message
    std::string_view text;
};
constexpr Remedy kConnectRemedies[] = {
    {"password", "check the user and the password of storage.url"},
    {"Login failed", "check the user and the password of storage.url"},
    {"no pg_hba.conf entry", "let the server's pg_hba.conf admit this user and address"},
    {"too many", "raise max_connections, or the limit of this user"},
    {"connection slots", "raise max_connections, or the limit of this user"},
    {"role \"", "create that user, or name another one in storage.url"},
    {"database \"", "create that database, or name another one in storage.url"},
    {"Cannot open database", "create that database, or name another one in storage.url"},
    {"Can't open lib", "install the driver and name it in odbcinst.ini, or correct Driver= in storage.url"},
    {"Data source name not found", "name an installed driver in storage.url; 'odbcinst -q -d' lists them"},
    {"translate host name", "correct the host in storage.url"},
    {"Adaptive Server is unavailable", "start the server, or correct host and port in storage.url"},
    {"Connection refused", "start the server, or correct host and port in storage.url"},
    {"No such file", "start the server, or correct host and port in storage.url"},
    {"timeout", "check that the server answers at the host and port of storage.url"},
    {"Timeout expired", "check that the server answers at the host and port of storage.url"},
};

}  // namespace

StorageError classified_sqlstate(std::string_view sqlstate, long native, const std::string& message) {
    const Kind kind = native != 0 ? kind_of_native(native) : kind_of_class(sqlstate);
    if (kind == Kind::busy) return {kind, "the database was busy with others: " + first_line(message)};
    if (sqlstate.starts_with("08"))
        return {kind, "the connection to the database was lost; its server was stopped, or the network cut"};
    const std::string remedy = remedy_of(sqlstate, native);
    std::string text = "database error " + std::string{sqlstate};
    if (native != 0) text += "/" + std::to_string(native);
    // Errors in values quote them.
    if (kind != Kind::refused && kind != Kind::conflict) text += ": " + first_line(message);
    return {kind, remedy.empty() ? text : text + "; " + remedy};
}

std::optional<std::string> denial(const StorageError& error) {
    const std::string_view text = error.what();
    if (!text.ends_with(kDenied)) return std::nullopt;
    return std::string{text.substr(0, text.size() - kDenied.size())};
}

StorageError refused_connection(const std::string& message) {
    // libpq quotes the part of the URL that it cannot read, or all of it, and with it perhaps the password.
    if (message.find("URI") != std::string::npos || message.find("percent-encoded") != std::string::npos)
        return {Kind::unavailable,
                "cannot connect to the database: storage.url cannot be read, or has an unknown parameter; "
                "write it "
                "like postgresql://user:password@host:5432/database?sslmode=require"};
    std::string text = "cannot connect to the database: " + one_line(message);
    for (const Remedy& remedy : kConnectRemedies)
        if (message.find(remedy.sign) != std::string::npos)
            return {Kind::unavailable, text + "; " + std::string{remedy.text}};
    return {Kind::unavailable, text};
}

}  // namespace jobhost::storage
