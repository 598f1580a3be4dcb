#include "storage/soci/changes.hpp"

#include "storage/storage_error.hpp"

namespace jobhost::storage {

Duration Changes::ageing(Session& session) {
    const std::lock_guard lock{mutex_};
    if (!ageing_)
        for (const auto& [name, value] : session.rows<std::string, long long>("setting_list"))
            if (name == "ageing") ageing_ = Duration{value};
    if (!ageing_)
        throw StorageError{StorageError::Kind::corrupt, "the setting 'ageing' is missing in the database"};
    return *ageing_;
}

}  // namespace jobhost::storage
