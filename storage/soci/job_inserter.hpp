// New jobs as rows: shared by those who insert jobs in a transaction of their own.
#pragma once

#include "storage/soci/database.hpp"
#include "storage/soci/name_cache.hpp"
#include "storage/soci/tally.hpp"

#include <optional>
#include <span>

namespace jobhost::storage {

// What one point of priority is worth in waiting; read once, as it never changes while hosts run.
class Ageing {
public:
    Duration of(Session& session);

private:
    std::mutex mutex_;
    std::optional<Duration> value_;
};

// Some jobs of a batch were there already and others were not. The transaction is to be undone, and the jobs
// inserted one by one, so that it is known of each whether it counts.
struct PartlyThere {};

// Thread-safe.
class JobInserter {
public:
    // Throws StorageError (refused) naming the first job that cannot be stored.
    static void check(std::span<const NewJob> jobs);

    // REQUIRES: check(jobs) passed; `session` is in a transaction. Throws PartlyThere.
    void insert(Session& session, NameCache& names, NameCache::Draft& draft, Tally& tally,
                std::span<const NewJob> jobs);

    Ageing& ageing() noexcept { return ageing_; }

private:
    Ageing ageing_;
};

}  // namespace jobhost::storage
