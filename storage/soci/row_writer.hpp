// Many rows by few statements.
#pragma once

#include "storage/soci/session.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <utility>

namespace jobhost::storage {

// Statements with a parameter :rows, of at most kMostInStatement bytes. `others`: what else each of them
// takes.
class RowWriter {
public:
    RowWriter(Session& session, const char* statement, Parameters others = {})
        : session_{session}, statement_{statement}, others_{std::move(others)} {}

    // `size`: about how many bytes it has.
    void add(boost::json::object row, std::size_t size = 100) {
        if (size_ + size > kMostInStatement) flush();
        size_ += size;
        rows_.push_back(std::move(row));
    }
    // How many rows were written in all.
    std::size_t flush() {
        if (!rows_.empty()) {
            Parameters parameters{{"rows", boost::json::serialize(std::exchange(rows_, {}))}};
            parameters.insert(parameters.end(), others_.begin(), others_.end());
            written_ += static_cast<std::size_t>(session_.execute(statement_, parameters));
        }
        size_ = 0;
        return written_;
    }

private:
    Session& session_;
    const char* statement_;
    const Parameters others_;
    boost::json::array rows_;
    std::size_t size_ = 0;
    std::size_t written_ = 0;
};

}  // namespace jobhost::storage
