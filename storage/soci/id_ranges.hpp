// Ids in few bytes: those that come in one block, as most do, are its first and its last.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace jobhost::storage {

// "100-104,7": in their order.
std::string id_ranges(std::span<const std::int64_t> ids);
// Throws StorageError (corrupt) for what id_ranges() never writes.
std::vector<std::int64_t> ids_in_ranges(std::string_view text);

}  // namespace jobhost::storage
