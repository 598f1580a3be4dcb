// How long a job is kept once nothing more happens to it.
#pragma once

#include "storage/model/time.hpp"

#include <cstdint>
#include <optional>

namespace jobhost {

struct Retention {
    Duration succeeded = std::chrono::days{1};
    Duration failed = std::chrono::days{30};
    Duration deleted = std::chrono::days{1};
    std::optional<std::int64_t> count;  // of one definition at most so many of each of these; the oldest go
    friend bool operator==(const Retention&, const Retention&) = default;
};

}  // namespace jobhost
