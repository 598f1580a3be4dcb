#include "storage/soci/limit_grants.hpp"

#include "storage/soci/instants.hpp"
#include "storage/soci/limit_slots.hpp"

#include <vector>

namespace jobhost::storage {

std::size_t LimitGrants::run(Changes& changes, std::size_t limit) {
    const std::lock_guard lock{mutex_};
    std::vector<std::string> keys;
    changes.database().read([&](Session& session) {
        keys.clear();
        for (auto& [key] :
             session.rows<std::string>("limit_keys_after", {{"after", after_},
                                                            {"now", micros(session.now())},
                                                            {"count", static_cast<long long>(limit)}}))
            keys.push_back(std::move(key));
    });
    after_ = keys.size() < limit ? "" : keys.back();
    if (keys.empty()) return 0;
    std::size_t count = 0;
    changes.write([&](Change& change) { count = LimitSlots{change}.grant(keys); });
    return count;
}

}  // namespace jobhost::storage
