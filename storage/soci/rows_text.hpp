// The rows of a batch as the one JSON parameter that a statement takes.
#pragma once

#include "storage/soci/session.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace jobhost::storage {

// Written straight into a text, because this is done for every job. Where a database looks members up one
// after the other (SQLite), a row is an array, in the order in which it was put; elsewhere an object. What is
// nothing is left out of an object, and off the end of an array; statements read it as NULL.
class RowsText {
public:
    explicit RowsText(const Session& session) : has_arrays_{session.catalog().dialect() == "sqlite"} {}

    void begin_row();
    void put(std::string_view name, long long value);
    void put(std::string_view name, std::optional<long long> value);
    // REQUIRES: `text` is UTF-8.
    void put(std::string_view name, std::string_view text);
    // Statements read what is left out as 0.
    void put_unless_0(std::string_view name, long long value) {
        put(name, value == 0 ? std::nullopt : std::optional{value});
    }
    // What follows is what few rows have: in an array, it is an array of its own, left out if there is none
    // of it.
    void begin_rest();
    void end_row();

    std::size_t rows() const noexcept { return rows_; }
    std::size_t size() const noexcept { return text_.size(); }
    // All rows; begins anew.
    std::string take();

private:
    void name(std::string_view name);
    void number(long long value);

    const bool has_arrays_;
    std::string text_;
    std::size_t rows_ = 0;
    std::size_t nothings_ = 0;        // at the end of the present array so far
    std::size_t outer_nothings_ = 0;  // at the end of the row, before its rest
    std::size_t rest_at_ = 0;         // where the rest begins; 0: there is none
    bool is_first_ = true;            // of the present row, or of its rest
};

}  // namespace jobhost::storage
