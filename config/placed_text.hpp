// A text and where it stands, so that a later check can point at it.
#pragma once

#include "config/config_error.hpp"

#include <string>

namespace jobhost::config {

struct PlacedText {
    std::string text;
    Position where;
    std::string path;  // "jobs.nightly.type"
};

}  // namespace jobhost::config
