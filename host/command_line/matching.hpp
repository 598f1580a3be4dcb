// How many jobs fit a filter.
#pragma once

#include "storage/storage.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace jobhost::host {

// By state, whatever state the filter asks for; nothing: no counter knows. Throws CommandError for a batch
// that does not exist.
std::optional<storage::StateCounts> counts_of(storage::Storage& storage, const storage::JobFilter& filter);
// The same by looking at each job that fits, page by page; for filters that no counter knows.
storage::StateCounts counts_one_by_one(storage::JobQueries& queries, const storage::JobFilter& filter);

// What `filter` fits, from counters; where they do not know it, a few are counted one by one.
struct Fitting {
    std::int64_t count = 0;
    bool is_bound = false;  // there may be fewer
};
Fitting fitting(storage::Storage& storage, const storage::JobFilter& filter);
// "12 jobs", "at most 12 jobs", "1 job".
std::string count_text(const Fitting& fitting);

bool fits_everything(const storage::JobFilter& filter);

}  // namespace jobhost::host
