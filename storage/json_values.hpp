// Single values of stored JSON. Private to what reads and writes it.
#pragma once

#include "storage/model/time.hpp"
#include "storage/storage_error.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace jobhost::storage {

template <class... Each>
struct Overloaded : Each... {
    using Each::operator()...;
};
template <class... Each>
Overloaded(Each...) -> Overloaded<Each...>;

inline std::string text_of(const boost::json::value& value) {
    return std::string{value.as_string()};
}

inline Duration duration_of(const boost::json::value& value) {
    return Duration{value.to_number<std::int64_t>()};
}

inline std::int64_t micros_of(TimePoint instant) {
    return instant.time_since_epoch().count();
}

inline TimePoint instant_of(const boost::json::value& value) {
    return TimePoint{duration_of(value)};
}

template <std::size_t count>
std::size_t index_in(const std::array<std::string_view, count>& names, const boost::json::value& name) {
    const auto found = std::find(names.begin(), names.end(), text_of(name));
    if (found == names.end())
        throw StorageError{StorageError::Kind::corrupt, "a stored definition holds an unknown word"};
    return static_cast<std::size_t>(found - names.begin());
}

}  // namespace jobhost::storage
