// Named limits. Slots are taken by claims and freed by whatever ends a run; see storage/soci/admission.hpp.
#pragma once

#include "storage/model/limit.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace jobhost::storage {

// How things stand with a limit, over all its keys, or with one of them.
struct SlotCounts {
    std::int64_t taken = 0;   // by jobs that run or are to run next; of a rate only the latter
    std::int64_t parked = 0;  // jobs that wait for a slot
    // Of a rate: when the next slot opens for one of these. Nothing: nobody waits who could run.
    std::optional<TimePoint> opens_at;
};

struct LimitUsage {
    Limit limit;
    std::int64_t keys = 0;  // that have slots taken or jobs parked
    SlotCounts slots;
};

struct KeyUsage {
    std::string key;
    SlotCounts slots;
};

// Thread-safe. Every call may throw StorageError.
class LimitStore {
public:
    virtual ~LimitStore() = default;

    // Makes or changes them; others stay. What a larger capacity or a shorter window allows is passed on to
    // jobs that wait by the next JobStore::promote_due(); with a smaller capacity, those who hold slots go
    // on. Throws refused for values out of range and for another kind than the limit has.
    virtual void set(std::span<const Limit> limits) = 0;
    // Jobs that need it run without it from now on; those that wait for it are let go by the next
    // JobStore::promote_due(). False: there is none.
    virtual bool remove(const std::string& name) = 0;
    // By name.
    virtual std::vector<LimitUsage> list() = 0;
    // Of those that have slots taken or jobs parked, the first `most`, by key.
    virtual std::vector<KeyUsage> keys(const std::string& limit, std::size_t most) = 0;
    virtual SlotCounts slots_of(const LimitUse& use) = 0;
    // Hands slots that are free to jobs that are parked, for which it was not possible when they became free:
    // their queue was paused or their type not served. What was promised to jobs for which it is so by now
    // goes to others. Looks at no more than `limit` keys; how many jobs got one.
    virtual std::size_t grant(std::size_t limit) = 0;
};

}  // namespace jobhost::storage
