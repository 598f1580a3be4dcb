#include "host/reload/unserved.hpp"

#include <spdlog/spdlog.h>

namespace jobhost::host {

void warn_of_unserved(const config::PlacedDefinition& placed,
                      const std::function<bool(const std::string&)>& has_type) {
    for (const config::PlacedText& type : placed.types)
        if (!has_type(type.text))
            spdlog::warn("{}: no plugin has the job type '{}'; its jobs wait for one",
                         config::to_text(type.where), type.text);
}

}  // namespace jobhost::host
