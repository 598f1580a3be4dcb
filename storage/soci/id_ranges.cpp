#include "storage/soci/id_ranges.hpp"

#include "storage/model/batch.hpp"
#include "storage/storage_error.hpp"

#include <charconv>

namespace jobhost::storage {

namespace {

[[noreturn]] void refuse() {
    throw StorageError{StorageError::Kind::corrupt, "a list of ids in the database is damaged"};
}

// Takes a number off `text`.
std::int64_t take_number(std::string_view& text) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || number <= 0) refuse();
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return number;
}

// Whether `text` began with it; then it is taken off.
bool take(char sign, std::string_view& text) {
    if (!text.starts_with(sign)) return false;
    text.remove_prefix(1);
    return true;
}

}  // namespace

std::string id_ranges(std::span<const std::int64_t> ids) {
    std::string text;
    for (std::size_t i = 0; i < ids.size();) {
        std::size_t last = i;
        while (last + 1 < ids.size() && ids[last + 1] == ids[last] + 1)
            ++last;
        if (!text.empty()) text += ',';
        text += std::to_string(ids[i]);
        if (last > i) text += '-' + std::to_string(ids[last]);
        i = last + 1;
    }
    return text;
}

std::vector<std::int64_t> ids_in_ranges(std::string_view text) {
    std::vector<std::int64_t> ids;
    if (text.empty()) return ids;
    do {
        const std::int64_t first = take_number(text);
        const std::int64_t last = take('-', text) ? take_number(text) : first;
        if (last < first || last - first >= static_cast<std::int64_t>(kMaxMembersAtOnce - ids.size()))
            refuse();
        for (std::int64_t id = first; id <= last; ++id)
            ids.push_back(id);
    } while (take(',', text));
    if (!text.empty()) refuse();
    return ids;
}

}  // namespace jobhost::storage
