// SOCI's exceptions in our own words.
#pragma once

#include "storage/storage_error.hpp"

#include <soci/soci.h>

namespace jobhost::storage {

// By the database's own code. The text never holds values of parameters, which SOCI's what() does.
StorageError classified(const soci::soci_error& error);
// The same for a connection that did not come about.
StorageError classified_connection(const soci::soci_error& error);

}  // namespace jobhost::storage
