// Numbers in rows that stand for one of several things.
#pragma once

#include "storage/storage_error.hpp"

#include <array>
#include <string>
#include <string_view>

namespace jobhost::storage {

// `names` has one for each value of the enum, from 0 on. Throws StorageError (corrupt) for any other number.
template <class Enum, std::size_t Count>
Enum stored_as(const std::array<std::string_view, Count>& names, long long number, const std::string& what) {
    if (number < 0 || number >= static_cast<long long>(names.size()))
        throw StorageError{StorageError::Kind::corrupt,
                           what + " has the number " + std::to_string(number) + ", which stands for nothing"};
    return static_cast<Enum>(number);
}

}  // namespace jobhost::storage
