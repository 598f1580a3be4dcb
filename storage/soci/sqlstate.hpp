// What the error codes of PostgreSQL and SQL Server mean to us.
#pragma once

#include "storage/storage_error.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace jobhost::storage {

// `native` is SQL Server's own number, 0 elsewhere. `message` is the server's; it may quote values.
StorageError classified_sqlstate(std::string_view sqlstate, long native, const std::string& message);

// What the database said when its user had no right to what it was asked, without a remedy; nothing if
// `error`, which comes from classified_sqlstate(), is something else.
std::optional<std::string> denial(const StorageError& error);

// A connection that did not come about: what the driver says, and what to do about it.
StorageError refused_connection(const std::string& message);

}  // namespace jobhost::storage
