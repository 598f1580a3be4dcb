// Named limits. Slots are taken by claims and freed by whatever ends a run; see storage/soci/admission.hpp.
#pragma once

#include "storage/model/limit.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace jobhost::storage {

struct LimitUsage {
    Limit limit;
    std::int64_t keys = 0;    // that have slots taken or jobs parked
    std::int64_t taken = 0;   // slots, over all keys
    std::int64_t parked = 0;  // jobs that wait for one
};

// Thread-safe. Every call may throw StorageError.
class LimitStore {
public:
    virtual ~LimitStore() = default;

    // Makes or changes them; others stay. A larger capacity frees slots at once; with a smaller one, those
    // who hold slots go on. Throws refused for values out of range and for another kind than the limit has.
    virtual void set(std::span<const Limit> limits) = 0;
    // False: there is none. Throws refused while jobs that are not final name it.
    virtual bool remove(const std::string& name) = 0;
    // By name.
    virtual std::vector<LimitUsage> list() = 0;
    // Hands slots that are free to jobs that are parked, for which it was not possible when they became free:
    // their queue was paused or their type not served. At most `limit`; how many.
    virtual std::size_t grant(std::size_t limit) = 0;
};

}  // namespace jobhost::storage
