// What is said when somebody opens a batch.
#pragma once

#include "storage/model/batch.hpp"

#include <string>
#include <vector>

namespace jobhost::host {

// Why it cannot be opened, and what can be done; empty: it can.
std::string not_open_text(const Batch& batch);

// What has become of it, from how it was before to how it is; `within` are the batches in it.
std::string open_text(const Batch& before, const Batch& after, const std::vector<Batch>& within);

}  // namespace jobhost::host
