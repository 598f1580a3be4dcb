#include "storage/soci/sized_rows.hpp"

#include <utility>

namespace jobhost::storage {

void SizedRows::add(boost::json::object row, std::size_t size) {
    if (size_ + size > kMostInStatement) flush();
    size_ += size;
    rows_.push_back(std::move(row));
}

std::size_t SizedRows::flush() {
    if (!rows_.empty()) {
        Parameters parameters{{"rows", boost::json::serialize(std::exchange(rows_, {}))}};
        parameters.insert(parameters.end(), others_.begin(), others_.end());
        written_ += static_cast<std::size_t>(session_.execute(statement_, parameters));
    }
    size_ = 0;
    return written_;
}

}  // namespace jobhost::storage
