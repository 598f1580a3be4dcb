// Rows for a statement that takes any number of them, in statements of a bounded size.
#pragma once

#include "storage/soci/session.hpp"

#include <boost/json.hpp>

#include <cstddef>
#include <utility>

namespace jobhost::storage {

// For one statement with the parameter `rows`. `others`: what else it takes, each time.
class SizedRows {
public:
    SizedRows(Session& session, const char* statement, Parameters others = {})
        : session_{session}, statement_{statement}, others_{std::move(others)} {}

    // `size`: about how many bytes it has. May write what has come so far: kMostInStatement.
    void add(boost::json::object row, std::size_t size = 100);
    // Writes what is left. How many rows were written in all.
    std::size_t flush();

private:
    Session& session_;
    const char* statement_;
    const Parameters others_;
    boost::json::array rows_;
    std::size_t size_ = 0;
    std::size_t written_ = 0;
};

}  // namespace jobhost::storage
