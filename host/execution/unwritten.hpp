// What the runs have left behind and the database does not have yet.
#pragma once

#include "storage/job_store.hpp"

#include <vector>

namespace jobhost::host {

// A value; not thread-safe. The bound is one for what may be begun: the result of a run that has begun is
// always kept.
class Unwritten {
public:
    static constexpr std::size_t kMostResults = 1000;
    static constexpr std::size_t kMostBytes = std::size_t{32}
                                              << 20;  // results, errors, logs, jobs to be handed in

    struct Batch {
        std::vector<storage::Settlement> settlements;
        std::vector<storage::LogChunk> log;
    };

    void add(storage::Settlement settlement);
    // False: there is no room, and the lines are dropped.
    bool add(storage::LogChunk chunk);

    // All that is not on its way yet. It counts until it is either written or put back.
    Batch take();
    void written(const Batch& batch);
    void put_back(Batch batch);

    bool is_full() const noexcept { return results_ >= kMostResults || bytes_ >= kMostBytes; }
    // Nothing is left, not even on its way.
    bool is_empty() const noexcept { return results_ == 0 && chunks_ == 0; }

private:
    Batch waiting_;
    std::size_t results_ = 0;  // these three count what is on its way, too
    std::size_t chunks_ = 0;
    std::size_t bytes_ = 0;
};

}  // namespace jobhost::host
