// Slots that lie free although somebody waits for them.
#pragma once

#include "storage/soci/changes.hpp"

#include <mutex>
#include <string>

namespace jobhost::storage {

// A slot is handed on when it becomes free, or when its instant comes. It stays free when nobody could take
// it then, because their queues were paused or their types not served. If that is so since it was promised to
// somebody, others get it. Thread-safe.
class LimitGrants {
public:
    // Looks at no more than `limit` keys from where the last call ended, and as many jobs that have promises
    // in vain; how many jobs got slots.
    std::size_t run(Changes& changes, std::size_t limit);

private:
    std::mutex mutex_;
    std::string after_;
};

}  // namespace jobhost::storage
