#include "config/storage_url.hpp"

#include "config/nearest_name.hpp"
#include "config/values.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>
#include <vector>

namespace jobhost::config {
namespace {

using Problem = std::optional<UrlProblem>;

// What people write elsewhere, or by mistake; the prefix that is right stands beside it.
constexpr std::array<std::string_view, 4> kSchemes{"sqlite", "postgresql", "postgres", "odbc"};
constexpr std::array<std::pair<std::string_view, std::string_view>, 17> kOtherSchemes{{
    {"file", "sqlite:"},
    {"pg", "postgresql://"},
    {"pgsql", "postgresql://"},
    {"psql", "postgresql://"},
    {"jdbc:postgresql", "postgresql://"},
    {"jdbc:sqlite", "sqlite:"},
    {"jdbc:sqlserver", "odbc:"},
    {"sqlserver", "odbc:"},
    {"mssql", "odbc:"},
    {"driver", "odbc:"},
    {"dsn", "odbc:"},
    {"server", "odbc:"},
    {"data source", "odbc:"},
    {"sqlite", "sqlite:"},
    {"postgresql", "postgresql://"},
    {"postgres", "postgresql://"},
    {"odbc", "odbc:"},
}};

std::string lower(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return result;
}

bool is_hexadecimal(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

std::vector<std::string_view> split(std::string_view text, char at) {
    std::vector<std::string_view> parts;
    for (;;) {
        const auto end = text.find(at);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos) return parts;
        text.remove_prefix(end + 1);
    }
}

// The prefix that was probably meant.
std::string_view meant_prefix(std::string_view url) {
    const std::string text = lower(url);
    if (text.starts_with("host=") || text.find("dbname=") != std::string::npos) return "postgresql://";
    const auto end = text.find_first_of(":=", text.starts_with("jdbc:") ? 5 : 0);
    if (end == std::string::npos) return text.find('.') == std::string::npos ? "" : "sqlite:";
    std::string_view scheme = std::string_view(text).substr(0, end);
    const auto is_it = [&](const auto& known) { return known.first == scheme; };
    if (std::ranges::none_of(kOtherSchemes, is_it)) scheme = nearest_name(scheme, kSchemes).value_or("");
    const auto known = std::ranges::find_if(kOtherSchemes, is_it);
    return known == kOtherSchemes.end() ? "" : known->second;
}

Problem sqlite_problem(std::string_view path) {
    const std::string_view name = path.substr(path.rfind('/') + 1);
    if (path.empty()) return UrlProblem{"names no file", "write it like sqlite:jobhost.db"};
    if (path == ":memory:")
        return UrlProblem{"names no file: what is in memory is lost at the end",
                          "write it like sqlite:jobhost.db"};
    if (path.starts_with("//"))
        return UrlProblem{"has // where the path begins",
                          "write it like sqlite:jobhost.db or sqlite:/var/lib/jobhost/jobhost.db"};
    if (path.starts_with("~"))
        return UrlProblem{"begins with ~, which means nothing here", "write the path of that folder"};
    if (path.starts_with("file:") || (path.find('?') < path.find('=') && path.find('=') != path.npos))
        return UrlProblem{"has parameters", "write the path alone, like sqlite:jobhost.db"};
    if (name.empty() || name == "." || name == "..")
        return UrlProblem{"names a folder", "write the file too, like sqlite:data/jobhost.db"};
    return std::nullopt;
}

Problem port_problem(std::string_view port) {
    int number = 0;
    const char* end = port.data() + port.size();
    const auto [stop, error] = std::from_chars(port.data(), end, number);
    if (port.empty() || (error == std::errc{} && stop == end && number >= 1 && number <= 65535))
        return std::nullopt;
    return UrlProblem{"has a port that is not 1 to 65535",
                      "write %3A for a : in the password, %2F for a /, and an IPv6 address in [ ]"};
}

// "host", "host:5432", "[::1]:5432".
Problem host_problem(std::string_view host) {
    if (!host.starts_with('[')) {
        const auto colon = host.find(':');
        return colon == host.npos ? std::nullopt : port_problem(host.substr(colon + 1));
    }
    const auto end = host.find(']');
    const std::string_view rest = end == host.npos ? "" : host.substr(end + 1);
    if (end == host.npos || (!rest.empty() && !rest.starts_with(':')))
        return UrlProblem{"has an address that begins with [ and does not end with ]",
                          "write it like postgresql://user@[::1]:5432/database"};
    return rest.empty() ? std::nullopt : port_problem(rest.substr(1));
}

Problem parameters_problem(std::string_view parameters) {
    for (const std::string_view parameter : split(parameters, '&')) {
        const std::string name = lower(parameter.substr(0, parameter.find('=')));
        if (parameter.find('=') == parameter.npos)
            return UrlProblem{"has a parameter without a value", "write it like ?sslmode=require"};
        if (name == "schema" || name == "currentschema" || name == "search_path")
            return UrlProblem{"names a schema", "write it as storage.schema"};
    }
    return std::nullopt;
}

// As libpq takes such a URL apart: the first @ before the first / ends user and password.
Problem postgresql_problem(std::string_view rest) {
    if (rest.empty()) return UrlProblem{"names no database", "write it like postgresql://user@host/database"};
    if (rest.find(' ') != rest.npos) return UrlProblem{"has a space", "write %20 for it"};
    for (auto at = rest.find('%'); at != rest.npos; at = rest.find('%', at + 1)) {
        const std::string digits = lower(rest.substr(at + 1, 2));
        if (digits.size() != 2 || !is_hexadecimal(digits) || digits == "00")
            return UrlProblem{"has a % without two hexadecimal digits behind it",
                              "write %25 for a literal %"};
    }
    const std::string_view authority = rest.substr(0, rest.find('/'));
    const auto at = authority.find('@');
    const std::string_view behind = at == rest.npos ? rest : rest.substr(at + 1);
    const std::string_view place = behind.substr(0, behind.find('?'));  // hosts and the name of the database
    if (place.find('@') != place.npos)
        return UrlProblem{at == rest.npos ? "has a / before its @" : "has more than one @",
                          "write %40 for an @ in the user name or password, and %2F for a /"};
    for (const std::string_view host : split(place.substr(0, place.find('/')), ','))
        if (Problem problem = host_problem(host)) return problem;
    if (place.size() == behind.size()) return std::nullopt;
    return parameters_problem(behind.substr(place.size() + 1));
}

// "Driver={...};Server=...;": names and values, which may stand in braces, where }} is a brace.
Problem odbc_problem(std::string_view rest) {
    constexpr std::string_view kExample =
        "write it like odbc:Driver={ODBC Driver 18 for SQL "
        "Server};Server=HOST;Database=NAME;UID=USER;PWD=PASSWORD";
    bool has_driver = false;
    while (!rest.empty()) {
        const auto equals = rest.find_first_of("=;");
        if (equals == 0 && rest.front() == ';') {
            rest.remove_prefix(1);
            continue;
        }
        if (equals == rest.npos || rest[equals] == ';')
            return UrlProblem{"has a part without =", "put a value that holds a ; between { and }"};
        std::string name = lower(rest.substr(0, equals));
        std::erase(name, ' ');
        has_driver = has_driver || name == "driver" || name == "dsn" || name == "filedsn";
        rest.remove_prefix(equals + 1);
        std::size_t end = 0;
        if (rest.starts_with('{')) {
            for (end = rest.find('}', 1); end != rest.npos && rest.substr(end).starts_with("}}");)
                end = rest.find('}', end + 2);
            if (end == rest.npos)
                return UrlProblem{"has a { without its }", "write }} for a } within the braces"};
        }
        end = rest.find(';', end);
        rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
    }
    if (has_driver) return std::nullopt;
    return UrlProblem{"names neither Driver nor DSN", std::string(kExample)};
}

}  // namespace

Problem problem_of_url(std::string_view url) {
    if (has_control_character(url))
        return UrlProblem{"has a line break or another control character", "write it in one line"};
    if (url.starts_with(' ') || url.ends_with(' '))
        return UrlProblem{"begins or ends with a space", "remove it"};
    if (url.starts_with("sqlite:")) return sqlite_problem(url.substr(7));
    if (url.starts_with("odbc:")) return odbc_problem(url.substr(5));
    for (const std::string_view prefix : {"postgresql://", "postgres://"})
        if (url.starts_with(prefix)) return postgresql_problem(url.substr(prefix.size()));
    return UrlProblem{"must start with sqlite:, postgresql:// or odbc:", did_you_mean(meant_prefix(url))};
}

}  // namespace jobhost::config
