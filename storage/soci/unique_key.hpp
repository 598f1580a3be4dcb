// The keys that jobs have to themselves.
#pragma once

#include "storage/digest.hpp"
#include "storage/model/job.hpp"

#include <string>

namespace jobhost::storage {

// What stands for the key of a job in the database: keys of different types never meet.
inline std::string unique_slot_of(const NewJob& job) {
    std::string text = job.type;
    text += '\0';
    return sha256(text + job.unique->key);
}

}  // namespace jobhost::storage
