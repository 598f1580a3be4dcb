#include "storage/soci/departures.hpp"

#include "storage/soci/id_list.hpp"
#include "storage/soci/job_flags.hpp"
#include "storage/soci/limit_slots.hpp"
#include "storage/soci/saved_work.hpp"

#include <utility>

namespace jobhost::storage {

void Departures::add(JobId id, StateName state, int flags, std::optional<long long> batch) {
    if (flags == 0 && !batch) return;
    if ((flags & kHasLimits) != 0) with_slots_.push_back(id);
    if (state == StateName::succeeded && (flags & kHasSavedWork) != 0) with_saved_work_.push_back(id);
    if (!is_final(state)) return;
    EndedJob job{.id = id, .state = state, .flags = flags, .batch = {}};
    if (batch) job.batch = BatchId{*batch};
    ended_.push_back(job);
}

void Departures::follow(Change& change) {
    if (!with_saved_work_.empty())
        delete_saved_work(change.session, id_list(std::exchange(with_saved_work_, {})));
    if (!ended_.empty()) {
        Releases releases{change};
        for (const EndedJob& job : std::exchange(ended_, {}))
            releases.ended(job);
        releases.run();
    }
    if (from_ == From::processing)
        LimitSlots{change}.end_runs(std::exchange(with_slots_, {}));
    else
        LimitSlots{change}.take_back(std::exchange(with_slots_, {}));
}

}  // namespace jobhost::storage
