// Connection strings that promise encryption and would not get it.
#pragma once

#include <string_view>

namespace jobhost::storage {

// FreeTDS does not know Encrypt=, which belongs to Microsoft's driver, and passes over it without a word: the
// connection would be open to read although somebody asked for the opposite. Throws StorageError (refused)
// that says how FreeTDS wants to be asked.
void refuse_ignored_encryption(std::string_view connection);

}  // namespace jobhost::storage
