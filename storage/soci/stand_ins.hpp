// Who stands for what is left out of a submission.
#pragma once

#include "storage/model/batch.hpp"
#include "storage/soci/key_taking.hpp"
#include "storage/soci/session.hpp"
#include "storage/soci/submission_entry.hpp"

#include <map>
#include <vector>

namespace jobhost::storage {

// By the id of the job or batch that is left out.
using StandIns = std::map<std::int64_t, JobId>;

// Gives each job its unique key, or leaves it out; continuations of what is left out go with it. For one of
// them stands the job of the same definition that follows from the job that stands for its parent, and that
// one itself where there is none, as for batches and what lies in them.
StandIns find_stand_ins(Session& session, KeyTaking& keys, std::vector<NewBatch>& batches,
                        SubmissionEntries& entries);

}  // namespace jobhost::storage
