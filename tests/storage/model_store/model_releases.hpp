// What follows from a job's or a batch's end.
#pragma once

#include "tests/storage/model_store/model_database.hpp"

namespace jobhost::storage::model {

// How the parent has ended, and what its child reads of it.
ParentEnd end_of(const ModelDatabase& database, const Parent& parent);

// What it awaited has come.
void release(JobRecord& job, TimePoint now);

// A person lets that job run again: those that still wait for it do not know its end any more, and those that
// were deleted because of it wait again; so do, in turn, those that hang on them, and batches are open again.
void take_back_end_of(ModelDatabase& database, JobId job);

}  // namespace jobhost::storage::model
