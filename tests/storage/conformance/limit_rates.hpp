// Jobs that a rate holds up, and when they begin.
#pragma once

#include "tests/storage/conformance/workflow_conformance.hpp"

#include <map>

namespace jobhost::storage {

class LimitRates : public WorkflowConformance {
protected:
    void set_limit(LimitKind kind, std::int64_t capacity, Duration window, const std::string& name = "r") {
        limits.set(std::vector{Limit{.name = name, .kind = kind, .capacity = capacity, .window = window}});
    }
    NewJob limited(const std::vector<LimitUse>& uses = {{"r", ""}}, int priority = 0) {
        NewJob made = job();
        made.limits = uses;
        made.priority = priority;
        return made;
    }
    // When somebody has to look for what is due; nothing is due now.
    std::optional<TimePoint> next_look() {
        const auto next = jobs.promote_due(100).next_due_at;
        EXPECT_TRUE(!next || *next > clock.now());
        return next;
    }
    // Claims what is there now, and ends it.
    std::vector<JobId> run_now() {
        std::vector<JobId> begun;
        for (bool is_any = true; is_any;) {
            is_any = jobs.promote_due(100).count > 0;
            for (const ClaimedJob& run : claim(100)) {
                begun.push_back(run.id);
                finish(success_of(run));
                is_any = true;
            }
        }
        return begun;
    }
    // When each of these begins, since now, if somebody looks whenever it is time to. Short runs.
    using Waits = std::vector<Duration>;
    Waits begins(const std::vector<JobId>& ids) {
        const TimePoint start = clock.now();
        std::map<JobId, Duration> begun;
        for (int looks = 0; looks < 1000; ++looks) {
            for (const JobId id : run_now())
                begun[id] = clock.now() - start;
            if (std::all_of(ids.begin(), ids.end(), [&](JobId id) { return begun.contains(id); })) break;
            const auto next = next_look();
            if (!next) {
                ADD_FAILURE() << "nobody will look again";
                break;
            }
            clock.set(*next);
        }
        Waits waits;
        for (const JobId id : ids)
            waits.push_back(begun[id]);
        return waits;
    }
    Waits begins(std::size_t count, const std::vector<LimitUse>& uses = {{"r", ""}}) {
        return begins(insert_many(count, limited(uses)));
    }
    // What waits for nothing but the next slot.
    void expect_throttled(JobId id, const std::string& by = "r") {
        EXPECT_EQ(state_of(id), awaiting);
        EXPECT_EQ(reason_of(id), Reason::throttled);
        EXPECT_EQ(find(id).parked_on, (LimitUse{by, ""}));
        EXPECT_EQ(find(id).attempt, 0);
    }
    SlotCounts slots(const std::string& name = "r") { return limits.slots_of({name, ""}); }
    std::optional<Duration> opens_in(const std::string& name = "r") {
        const auto at = slots(name).opens_at;
        return at ? std::optional{*at - clock.now()} : std::nullopt;
    }
};

}  // namespace jobhost::storage
