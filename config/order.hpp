// What waits for what. Private to config.
#pragma once

#include "config/reader.hpp"

#include <string>
#include <vector>

namespace jobhost::config {

// A definition, or a member of a batch, among those that may name each other.
struct Waiting {
    std::string name;
    const std::vector<PlacedText>* after = nullptr;  // what it waits for
};

// Refuses names that are not among `all`, and circles. Whether all is right.
bool check_order(Reader& reader, const std::vector<Waiting>& all);

}  // namespace jobhost::config
