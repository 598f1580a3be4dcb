// How long jobs are kept: the same mapping in the host file and in a definition. Private to config.
#pragma once

#include "config/reader.hpp"
#include "storage/model/retention.hpp"

namespace jobhost::config {

// What is not written, or wrong, is left as it is in `retention`.
void read_retention(Reader& reader, const Value& value, Retention& retention);

}  // namespace jobhost::config
