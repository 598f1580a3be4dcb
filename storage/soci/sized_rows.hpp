// Rows for a statement that takes any number of them, in statements of a bounded size.
#pragma once

#include "storage/soci/session.hpp"

#include <boost/json.hpp>

#include <cstddef>

namespace jobhost::storage {

// For one statement, whose parameter is `rows` and, if it is asked for, `now`.
class SizedRows {
public:
    SizedRows(Session& session, const char* statement) : session_{session}, statement_{statement} {}

    SizedRows& with_now() {
        has_now_ = true;
        return *this;
    }
    // `size`: about how many bytes it has. May write what has come so far: kMostInStatement.
    void add(boost::json::object row, std::size_t size = 100);
    // Writes what is left. How many rows were written in all.
    std::size_t flush();

private:
    Session& session_;
    const char* statement_;
    bool has_now_ = false;
    boost::json::array rows_;
    std::size_t size_ = 0;
    std::size_t written_ = 0;
};

}  // namespace jobhost::storage
