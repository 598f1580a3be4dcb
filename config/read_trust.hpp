// Which plugins may run. Private to config.
#pragma once

#include "config/reader.hpp"
#include "config/settings.hpp"

namespace jobhost::config {

// What is not written, or wrong, is left as it is in `trust`.
void read_trust(Reader& reader, const Value& value, TrustSettings& trust);

}  // namespace jobhost::config
