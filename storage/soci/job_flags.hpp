// What else there is about a job. An ordinary one has none of it, and nothing looks for any.
#pragma once

namespace jobhost::storage {

// Bits of job.flags. DO NOT RENUMBER: they are on disk, and 8 was in use once. A bit that was set stays.
enum JobFlag : int {
    kHasChildren = 1,    // jobs or batches wait for it
    kHasParents = 2,     // it waits, or waited, for others
    kHasLimits = 4,      // it needs slots (limit_use)
    kHasUnique = 16,     // it wants its key for itself (unique_wanted)
    kFreesAtClaim = 32,  // and only until it is claimed
    kHasTags = 64,
    kHasSavedWork = 128,  // a checkpoint, steps, or calls that have handed in jobs
    kHasQueuedKey = 256,  // its key is not for a time in which it awaits something
    kHasWindow = 512,     // it has opened a window for its key (unique_window)
};

}  // namespace jobhost::storage
