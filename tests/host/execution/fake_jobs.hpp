// A database of one lane that keeps its jobs in memory and can break in the middle of an exchange.
#pragma once

#include "host/sync/guarded.hpp"
#include "storage/job_store.hpp"
#include "storage/storage_error.hpp"
#include "tests/support/counted_events.hpp"

#include <deque>
#include <map>
#include <set>

namespace jobhost::test {

// Thread-safe.
class FakeJobs : public storage::JobStore {
public:
    // When the next exchange with a claim or a settlement breaks.
    enum class Fault { none, before, after };

    struct Content {
        std::deque<JobId> enqueued;
        std::map<JobId, Lease> processing;
        std::set<storage::HeldRun> settled;
        std::set<storage::HeldRun> cancelled;
        std::vector<std::string> calls;  // "exchange 1+2": one settlement, two jobs wanted
        std::int64_t last_lease = 0;
        std::vector<storage::ClaimRequest::Part> last_parts;  // of the last exchange that wanted jobs
        Fault fault = Fault::none;
        bool refuses_claims = false;
        bool refuses_log = false;
        bool is_server_live = true;
        int lost = 0;
        int already = 0;
    };
    host::Guarded<Content> content;
    CountedEvents exchanges;  // as they begin
    CountedEvents settlements;
    CountedEvents comparisons;
    CountedEvents lane_readings;
    CountedEvents refunds;
    std::function<void()> during_exchange = [] {};

    void enqueue(std::int64_t id) {
        content.with([&](Content& all) { all.enqueued.push_back(JobId{id}); });
    }
    void fail_next(Fault fault) {
        content.with([&](Content& all) { all.fault = fault; });
    }
    std::vector<std::string> calls() {
        return content.with([](Content& all) { return all.calls; });
    }

    storage::Exchanged exchange(ServerId, std::span<const storage::Settlement> given,
                                const storage::ClaimRequest& claim) override {
        exchanges.happened();
        during_exchange();
        return content.with([&](Content& all) {
            all.calls.push_back("exchange " + std::to_string(given.size()) + "+" +
                                std::to_string(claim.limit));
            if (claim.limit > 0) all.last_parts = claim.more;
            const Fault fault =
                given.empty() && claim.limit == 0 ? Fault::none : std::exchange(all.fault, Fault::none);
            if (fault == Fault::before) throw std::bad_alloc{};
            if (all.refuses_claims && claim.limit > 0)
                throw storage::StorageError{storage::StorageError::Kind::corrupt, "a policy is missing"};
            storage::Exchanged exchanged;
            exchanged.server_is_live = all.is_server_live;
            for (const storage::Settlement& settlement : given)
                exchanged.moved.push_back(settle(all, settlement));
            while (all.is_server_live && exchanged.claimed.size() < claim.limit && !all.enqueued.empty())
                exchanged.claimed.push_back(take(all));
            if (fault == Fault::after)
                throw storage::StorageError{storage::StorageError::Kind::unavailable, "connection lost"};
            return exchanged;
        });
    }
    std::vector<storage::HeldRun> runs_of(ServerId, std::size_t limit) override {
        auto known = content.with([&](Content& all) {
            all.calls.push_back("runs_of");
            std::vector<storage::HeldRun> runs;
            for (const auto& [job, lease] : all.processing)
                if (runs.size() < limit) runs.push_back({job, lease});
            return runs;
        });
        comparisons.happened();
        return known;
    }
    std::vector<Lane> lanes() override {
        lane_readings.happened();
        return {{LaneId{1}, QueueName{"default"}, "test.job", 1}};
    }
    JobId reserve_ids(std::size_t) override { return {}; }
    std::vector<Inserted> insert(std::span<const NewJob>) override { return {}; }
    std::vector<storage::HeldRun> cancelled_runs_of(ServerId, std::size_t) override {
        return content.with([](Content& all) {
            return std::vector<storage::HeldRun>(all.cancelled.begin(), all.cancelled.end());
        });
    }
    storage::Promoted promote_due(std::size_t) override { return {}; }
    void refund(std::span<const storage::CrashedJob> jobs, const std::string&, const std::string&) override {
        content.with([&](Content& all) {
            for (const storage::CrashedJob& job : jobs)
                all.calls.push_back("refund " + std::to_string(job.job.value));
        });
        refunds.happened();
    }
    void append_log(std::span<const storage::LogChunk> chunks) override {
        if (!chunks.empty() && content.with([](Content& all) { return all.refuses_log; }))
            throw storage::StorageError{storage::StorageError::Kind::refused, "a value does not fit"};
    }

private:
    storage::Moved settle(Content& all, const storage::Settlement& settlement) {
        const storage::HeldRun run{settlement.job, settlement.lease};
        const auto found = all.processing.find(run.job);
        if (found == all.processing.end() || found->second != run.lease) {
            const bool is_known = all.settled.contains(run);
            ++(is_known ? all.already : all.lost);
            return is_known ? storage::Moved::already : storage::Moved::lost;
        }
        all.processing.erase(found);
        all.settled.insert(run);
        if (name_of(settlement.target) == StateName::enqueued) all.enqueued.push_back(run.job);
        settlements.happened();
        return storage::Moved::yes;
    }
    static ClaimedJob take(Content& all) {
        const JobId id = all.enqueued.front();
        all.enqueued.pop_front();
        const Lease lease{++all.last_lease};
        all.processing[id] = lease;
        return {.id = id, .lease = lease, .lane = LaneId{1}};
    }
};

}  // namespace jobhost::test
