// One connection, and the one way to run a statement on it.
#pragma once

#include "storage/model/time.hpp"
#include "storage/soci/statement_catalog.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
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
using Parameters = std::vector<Parameter>;

enum class ColumnKind { number, text };

// One value of a row that was read.
struct Cell {
    long long number = 0;
    std::string text;
    bool is_null = false;
};
using RowSink = std::function<void(std::span<Cell>)>;

// Not thread-safe. Every call throws StorageError.
class Session {
public:
    explicit Session(const StatementCatalog& catalog) : catalog_{catalog} {}
    virtual ~Session() = default;
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    // Runs a statement of the catalog that returns no rows; how many rows it touched. Those of the catalog
    // stay prepared.
    long long execute(std::string_view name, const Parameters& parameters = {}) {
        return run(catalog_[name], true, parameters, {}, nullptr);
    }
    long long execute_text(const std::string& text, const Parameters& parameters = {}) {
        return run(text, false, parameters, {}, nullptr);
    }

    // Rows of a SELECT, or of a writing statement that returns some. A column that may be NULL is an
    // optional.
    template <class... Columns>
    std::vector<std::tuple<Columns...>> rows(std::string_view name, const Parameters& parameters = {}) {
        return read<Columns...>(catalog_[name], true, parameters);
    }
    template <class... Columns>
    std::vector<std::tuple<Columns...>> rows_of_text(const std::string& text,
                                                     const Parameters& parameters = {}) {
        return read<Columns...>(text, false, parameters);
    }

    // What the calls above come to. `keep`: the text stays where it is for as long as the session lives, and
    // comes again.
    virtual long long run(const std::string& text, bool keep, const Parameters& parameters,
                          std::span<const ColumnKind> columns, const RowSink& sink) = 0;

    const StatementCatalog& catalog() const noexcept { return catalog_; }

    // The database's clock as it was when the transaction began.
    TimePoint now() const noexcept { return now_; }
    void set_now(TimePoint now) noexcept { now_ = now; }

    // Which counter rows its transactions add to. Sessions that write side by side have different ones.
    long long counter_slot() const noexcept { return counter_slot_; }
    void set_counter_slot(long long slot) noexcept { counter_slot_ = slot; }

    // This transaction makes work for others, who are told once it is durable.
    void announce() noexcept { has_news_ = true; }
    // Whether it does; asked once for each transaction.
    bool take_news() noexcept { return std::exchange(has_news_, false); }

private:
    template <class Column>
    struct Reader {
        static constexpr ColumnKind kKind = ColumnKind::number;
        static Column take(Cell& cell) { return static_cast<Column>(cell.number); }
    };
    template <class Column>
    struct Reader<std::optional<Column>> {
        static constexpr ColumnKind kKind = Reader<Column>::kKind;
        static std::optional<Column> take(Cell& cell) {
            if (cell.is_null) return std::nullopt;
            return Reader<Column>::take(cell);
        }
    };

    template <class... Columns>
    std::vector<std::tuple<Columns...>> read(const std::string& text, bool keep,
                                             const Parameters& parameters);

    const StatementCatalog& catalog_;
    TimePoint now_{};
    long long counter_slot_ = 0;
    bool has_news_ = false;
};

template <>
struct Session::Reader<std::string> {
    static constexpr ColumnKind kKind = ColumnKind::text;
    static std::string take(Cell& cell) { return std::exchange(cell.text, {}); }
};

template <class... Columns>
std::vector<std::tuple<Columns...>> Session::read(const std::string& text, bool keep,
                                                  const Parameters& parameters) {
    static constexpr ColumnKind kinds[] = {Reader<Columns>::kKind...};
    std::vector<std::tuple<Columns...>> found;
    run(text, keep, parameters, kinds, [&](std::span<Cell> row) {
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            found.emplace_back(Reader<Columns>::take(row[I])...);
        }
        (std::index_sequence_for<Columns...>{});
    });
    return found;
}

}  // namespace jobhost::storage
