// What the database needs done from time to time so that it neither grows for ever nor drifts.
#pragma once

#include <cstddef>

namespace jobhost::storage {

// How far a purge has come. Jobs that are kept for long lie before those that can go, and need not be looked
// at again each time.
struct PurgePosition {
    int state = 0;
    long long finished_at = 0;
    long long id = 0;
};

struct Purged {
    std::size_t count = 0;
    bool is_done = true;  // nothing is left to look at; the position has gone back to the beginning
};

// Thread-safe. Each call is one short transaction, or several. Every call may throw StorageError.
class UpkeepStore {
public:
    virtual ~UpkeepStore() = default;

    // Removes jobs that have been final for longer than their policy keeps them, with their events and logs.
    // What somebody still needs stays: the parent of a child that waits, a member of a batch that is not
    // final. Looks at no more than `limit` of them, from `position` on, which it moves.
    virtual Purged purge(PurgePosition& position, std::size_t limit) = 0;
    // Removes final jobs of definitions that keep only so many of the youngest, at most `limit`; how many
    // went.
    virtual std::size_t purge_by_count(std::size_t limit) = 0;

    // Forgets servers that ended more than a week ago and hold no job; how many. With the last of a name goes
    // what was wrong with its files. So does what was asked of servers a day ago.
    virtual std::size_t purge_servers() = 0;

    // Adds up the counters that ended servers and passing programs have left; how many rows that spared.
    virtual std::size_t fold_counters() = 0;
    // Counts all jobs anew, which takes a second for each million; true when what the counters said was wrong
    // and is right now. An independent check on the arithmetic of all the other calls, for quiet times.
    virtual bool recount() = 0;
};

}  // namespace jobhost::storage
