#include "storage/bench/place.hpp"

#include "storage/bench/odbc_place.hpp"
#include "storage/bench/postgres_place.hpp"
#include "storage/bench/sqlite_place.hpp"

namespace jobhost::bench {

std::unique_ptr<Place> make_place(const storage::StorageOptions& options, const std::string& name) {
    const std::string& url = options.url;
    if (url.starts_with("sqlite:") && url.size() > 7) return std::make_unique<SqlitePlace>(options, name);
    if (url.starts_with("postgresql://") || url.starts_with("postgres://"))
        return std::make_unique<PostgresPlace>(options, name);
    if (url.starts_with("odbc:") && url.size() > 5) return std::make_unique<OdbcPlace>(options, name);
    throw storage::StorageError{
        storage::StorageError::Kind::refused,
        "the URL must be sqlite:PATH, postgresql://USER@HOST/DATABASE or odbc:CONNECTION STRING"};
}

}  // namespace jobhost::bench
