#include "storage/soci/id_source.hpp"

#include <algorithm>

namespace jobhost::storage {

namespace {

constexpr std::int64_t kLargestBlock = 1024;

}  // namespace

std::int64_t IdSource::reserve(std::size_t count) {
    const auto wanted = static_cast<std::int64_t>(count);
    const std::lock_guard lock{mutex_};
    if (end_ - next_ < wanted) {
        const std::int64_t size = std::max(wanted, block_);
        std::int64_t end = 0;  // ours only when the transaction is durable
        database_.write_repeatedly([&](Session& session) {
            session.execute("job_id_block_take", {{"count", size}});
            end = std::get<0>(session.rows<long long>("job_id_block_end").at(0));
        });
        next_ = end - size;
        end_ = end;
        block_ = std::min(block_ * 2, kLargestBlock);
    }
    const std::int64_t first = next_;
    next_ += wanted;
    return first;
}

}  // namespace jobhost::storage
