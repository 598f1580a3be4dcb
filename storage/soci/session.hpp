// One connection, and the one way to run a statement on it.
#pragma once

#include "storage/soci/statement_catalog.hpp"

#include <soci/soci.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

namespace jobhost::storage {

// Bytes of texts that travel in one statement: large ones in large numbers need little memory that way, and
// stay within what SQLite takes, a gigabyte.
inline constexpr std::size_t kMostInStatement = std::size_t{8} << 20;

// A named value of a statement. No value: NULL.
struct Parameter {
    std::string name;
    std::variant<std::monostate, long long, std::string> value;

    Parameter(std::string_view parameter, long long number) : name{parameter}, value{number} {}
    Parameter(std::string_view parameter, std::string text) : name{parameter}, value{std::move(text)} {}
    Parameter(std::string_view parameter, std::optional<long long> number) : name{parameter} {
        if (number) value = *number;
    }
};

// Not thread-safe. Statements live for one call: SOCI's kept statements hold locks on SQLite and leak their
// parameters after errors. Every call throws StorageError.
class Session {
public:
    // Opens a connection; `catalog` must outlive the session.
    Session(const soci::backend_factory& factory, const std::string& connection,
            const StatementCatalog& catalog);

    // Runs a statement that returns no rows; how many rows it touched.
    long long execute(std::string_view name, const std::vector<Parameter>& parameters = {}) {
        return execute_text((*catalog_)[name], parameters);
    }
    long long execute_text(const std::string& text, const std::vector<Parameter>& parameters = {});

    // Rows of a SELECT, or of a writing statement with RETURNING. A column that may be NULL is an optional.
    template <class... Columns>
    std::vector<std::tuple<Columns...>> rows(std::string_view name,
                                             const std::vector<Parameter>& parameters = {}) {
        return rows_of_text<Columns...>((*catalog_)[name], parameters);
    }
    template <class... Columns>
    std::vector<std::tuple<Columns...>> rows_of_text(const std::string& text,
                                                     const std::vector<Parameter>& parameters = {});

    soci::session& raw() noexcept { return session_; }

private:
    template <class Column>
    struct Slot {
        Column value{};
        soci::indicator indicator = soci::i_ok;
        void bind(soci::statement& statement) { statement.exchange(soci::into(value, indicator)); }
        Column take() { return std::exchange(value, Column{}); }
    };
    template <class Column>
    struct Slot<std::optional<Column>> {
        Column value{};
        soci::indicator indicator = soci::i_ok;
        void bind(soci::statement& statement) { statement.exchange(soci::into(value, indicator)); }
        std::optional<Column> take() {
            if (indicator == soci::i_null) return std::nullopt;
            return std::exchange(value, Column{});
        }
    };

    static void bind(soci::statement& statement, const std::vector<Parameter>& parameters,
                     std::vector<soci::indicator>& indicators);
    // Turns the exception in flight into a StorageError; always throws.
    [[noreturn]] void rethrow();

    soci::session session_;
    const StatementCatalog* catalog_;
};

template <class... Columns>
std::vector<std::tuple<Columns...>> Session::rows_of_text(const std::string& text,
                                                          const std::vector<Parameter>& parameters) {
    try {
        std::vector<std::tuple<Columns...>> found;
        std::vector<soci::indicator> indicators;
        std::tuple<Slot<Columns>...> slots;
        soci::statement statement{session_};
        bind(statement, parameters, indicators);
        std::apply([&](auto&... slot) { (slot.bind(statement), ...); }, slots);
        statement.alloc();
        statement.prepare(text);
        statement.define_and_bind();
        statement.execute(false);
        while (statement.fetch())
            found.push_back(
                std::apply([](auto&... slot) { return std::tuple<Columns...>{slot.take()...}; }, slots));
        return found;
    } catch (...) {
        rethrow();
    }
}

}  // namespace jobhost::storage
