#include "storage/soci/limit_grants.hpp"

#include "storage/soci/held_jobs.hpp"
#include "storage/soci/instants.hpp"
#include "storage/soci/limit_slots.hpp"

#include <vector>

namespace jobhost::storage {

namespace {

// How many others got them.
std::size_t take_back(Change& change, const std::vector<JobId>& jobs) {
    std::vector<JobId> waiting;
    for (const HeldJob& job : hold_jobs(change.session, jobs))
        if (job.state < StateName::processing) waiting.push_back(job.id);
    LimitSlots slots{change};
    slots.take_back(waiting);
    return slots.granted().size();
}

}  // namespace

std::size_t LimitGrants::run(Changes& changes, std::size_t limit) {
    const std::lock_guard lock{mutex_};
    std::vector<std::string> keys;
    std::vector<JobId> in_vain;
    changes.database().read([&](Session& session) {
        keys.clear();
        in_vain.clear();
        for (const auto& [id] : session.rows<long long>(
                 "limit_promise_in_vain",
                 {{"now", micros(session.now())}, {"count", static_cast<long long>(limit)}}))
            in_vain.emplace_back(JobId{id});
        for (auto& [key] :
             session.rows<std::string>("limit_keys_after", {{"after", after_},
                                                            {"now", micros(session.now())},
                                                            {"count", static_cast<long long>(limit)}}))
            keys.push_back(std::move(key));
    });
    after_ = keys.size() < limit ? "" : keys.back();
    if (keys.empty() && in_vain.empty()) return 0;
    std::size_t count = 0;
    changes.write([&](Change& change) {
        const std::size_t passed_on = take_back(change, in_vain);
        count = passed_on + LimitSlots{change}.grant(keys);
    });
    return count;
}

}  // namespace jobhost::storage
