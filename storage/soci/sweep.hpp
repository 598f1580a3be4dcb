// Looks for what waits although nothing is left to wait for. Everything else sees to it that there is none.
#pragma once

#include "storage/soci/changes.hpp"

#include <cstdint>
#include <mutex>

namespace jobhost::storage {

// Thread-safe.
class Sweep {
public:
    // Looks at no more than `limit` from where the last call ended, and begins anew at the end; how many it
    // had to let go.
    std::size_t run(Changes& changes, std::size_t limit);

private:
    enum class Part { open_parents, awaiting_batches, started_batches };

    std::mutex mutex_;
    Part part_ = Part::open_parents;
    std::int64_t after_ = 0;
};

}  // namespace jobhost::storage
