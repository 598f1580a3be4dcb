// The keys that jobs have to themselves.
#pragma once

#include "storage/model/job.hpp"
#include "storage/soci/session.hpp"

#include <string>

namespace jobhost::storage {

// What stands for the key of a job in the database: keys of different types never meet.
std::string unique_slot_of(const NewJob& job);

// How long a job keeps its key, as bits of its flags, and read from them.
int flags_of(HeldWhile held);
HeldWhile held_while(int flags);

// Gives a job that is held the key that it wants. False: another job has it by now.
bool take_key(Session& session, JobId job);

}  // namespace jobhost::storage
