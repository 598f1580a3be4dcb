// What came of an operation, in words.
#pragma once

#include "storage/operation_store.hpp"

#include <string>
#include <string_view>

namespace jobhost::host {

// "done", "not_possible": as JSON shows it. DO NOT RENAME.
std::string_view to_string(storage::Operated operated) noexcept;
// "requeued", "deleted".
std::string_view done_text(storage::Verb verb) noexcept;
// Why it is not possible for a job in that state, and what is: "cannot be deleted while it runs: cancel it".
std::string not_possible_text(storage::Verb verb, StateName state);
// The same where another job has its unique key.
std::string taken_text(storage::Verb verb);

}  // namespace jobhost::host
