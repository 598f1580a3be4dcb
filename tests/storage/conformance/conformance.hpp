// What every conformance test starts from: an empty database, one server, a clock that stands still.
#pragma once

#include "tests/storage/conformance/backend.hpp"
#include "tests/support/manual_clock.hpp"

#include <algorithm>
#include <set>

namespace jobhost {

// So that a failed case shows numbers and not bytes.
template <class Tag, class Value>
void PrintTo(const Id<Tag, Value>& id, std::ostream* out) {
    *out << testing::PrintToString(id.value);
}

}  // namespace jobhost

namespace jobhost::storage {

// `call` throws StorageError of the kind refused.
template <class Call>
testing::AssertionResult is_refused(Call call) {
    try {
        call();
    } catch (const StorageError& error) {
        if (error.kind() == StorageError::Kind::refused) return testing::AssertionSuccess();
        return testing::AssertionFailure() << "another error: " << error.what();
    } catch (const std::exception& error) {
        return testing::AssertionFailure() << "not a StorageError: " << error.what();
    }
    return testing::AssertionFailure() << "accepted";
}

// What the StorageError that `call` throws says; empty: none is thrown.
template <class Call>
std::string refusal_of(Call call) {
    try {
        call();
    } catch (const StorageError& error) {
        return error.what();
    }
    return "";
}

template <class Jobs>
std::vector<JobId> ids_of(const Jobs& jobs) {
    std::vector<JobId> ids;
    for (const auto& job : jobs)
        ids.push_back(job.id);
    return ids;
}

class StorageConformance : public testing::TestWithParam<Backend> {
protected:
    using enum StateName;

    test::ManualClock clock;
    std::unique_ptr<TestDatabase> database = GetParam().create();
    std::unique_ptr<Storage> storage = database->open(clock);
    JobStore& jobs = storage->jobs();
    JobQueries& queries = storage->queries();
    ServerStore& servers = storage->servers();
    DefinitionStore& definitions = storage->definitions();
    UpkeepStore& upkeep = storage->upkeep();
    WorkflowStore& workflows = storage->workflows();
    OperationStore& operations = storage->operations();
    LimitStore& limits = storage->limits();
    RunStore& run_store = storage->runs();
    SourceStore& sources = storage->sources();
    ServerId server = enter("first");

    ServerId enter(const std::string& incarnation) {
        return servers.enter({.incarnation = incarnation, .name = "name of " + incarnation}, {});
    }
    ServerInfo info_of(ServerId id) {
        for (const ServerInfo& info : servers.list())
            if (info.id == id) return info;
        throw std::out_of_range{"no such server"};
    }

    NewJob job(const std::string& type = "test.job") {
        NewJob made;
        made.id = jobs.reserve_ids(1);
        made.type = type;
        return made;
    }
    NewJob job_in(const std::string& queue, int priority = 0) {
        NewJob made = job();
        made.queue = QueueName{queue};
        made.priority = priority;
        return made;
    }

    JobId insert(const NewJob& made) {
        jobs.insert({&made, 1});
        return made.id;
    }
    JobId insert() { return insert(job()); }
    // In one call; the first has the smallest id.
    std::vector<JobId> insert_many(std::size_t count, NewJob like) {
        like.id = jobs.reserve_ids(count);
        std::vector<NewJob> batch;
        for (; batch.size() < count; ++like.id.value)
            batch.push_back(like);
        jobs.insert(batch);
        return ids_of(batch);
    }
    std::vector<JobId> insert_many(std::size_t count) { return insert_many(count, job()); }

    LaneId lane_of(const std::string& queue) {
        for (const Lane& lane : jobs.lanes())
            if (lane.queue.value == queue) return lane.id;
        return {};
    }
    // All lanes, equally good.
    ClaimRequest anything(std::size_t limit) {
        ClaimRequest request{{}, limit};
        for (const Lane& lane : jobs.lanes())
            request.lanes.push_back({lane.id, 0});
        return request;
    }

    std::vector<ClaimedJob> claim(const ClaimRequest& request) {
        return jobs.exchange(server, {}, request).claimed;
    }
    std::vector<ClaimedJob> claim(std::size_t limit, ServerId by) {
        return jobs.exchange(by, {}, anything(limit)).claimed;
    }
    std::vector<ClaimedJob> claim(std::size_t limit) { return claim(limit, server); }
    ClaimedJob claim_one() { return claim(1).at(0); }

    Moved settle(const Settlement& settlement, ServerId by) {
        return jobs.exchange(by, {&settlement, 1}, {}).moved.at(0);
    }
    Moved settle(const Settlement& settlement) { return settle(settlement, server); }

    // The run has ended; what it leaves is up to the caller.
    Settlement end_of(const ClaimedJob& run, Cause cause, State target) {
        return {.job = run.id,
                .lease = run.lease,
                .cause = cause,
                .target = std::move(target),
                .started_at = clock.now()};
    }
    Settlement success_of(const ClaimedJob& run, const std::string& result = "") {
        return end_of(run, Cause::succeeded, Succeeded{clock.now(), clock.now(), result});
    }
    Settlement failure_of(const ClaimedJob& run, Reason reason = Reason::exhausted) {
        return end_of(run, Cause::failed, Failed{clock.now(), reason});
    }
    Settlement deletion_of(const ClaimedJob& run, Reason reason = Reason::exhausted) {
        return end_of(run, Cause::deleted, Deleted{clock.now(), reason});
    }
    Settlement interruption_of(const ClaimedJob& run) {
        return end_of(run, Cause::interrupted, Enqueued{clock.now()});
    }
    Settlement retry_of(const ClaimedJob& run, Duration delay) {
        Settlement retry = end_of(run, Cause::retried, Scheduled{clock.now() + delay, Reason::retry});
        retry.event = JobEvent{.at = clock.now(),
                               .cause = Cause::retried,
                               .attempt = run.attempt,
                               .error_code = "boom",
                               .message = "it went wrong",
                               .by = "first"};
        return retry;
    }
    Settlement return_of(const ClaimedJob& run) {
        Settlement given_back = end_of(run, Cause::given_back, Enqueued{clock.now()});
        given_back.started_at.reset();
        return given_back;
    }

    Job find(JobId id) { return queries.find(id).value(); }
    StateName state_of(JobId id) { return name_of(find(id).state); }

    // All pages, one behind the other.
    std::vector<Job> listed(const JobFilter& filter, std::size_t page_size = 100) {
        std::vector<Job> found;
        std::string cursor;
        for (int pages = 0; pages < 1000; ++pages) {
            JobPage page = queries.list(filter, page_size, cursor);
            EXPECT_LE(page.jobs.size(), page_size);
            found.insert(found.end(), page.jobs.begin(), page.jobs.end());
            if (!page.next) return found;
            cursor = *page.next;
        }
        ADD_FAILURE() << "the list does not end";
        return found;
    }
    // In how many jobs of each state a list of all of them ends.
    StateCounts listed_counts(const std::optional<QueueName>& queue = {},
                              const std::optional<std::string>& type = {}) {
        StateCounts counts{};
        for (const Job& found : listed({.state = {}, .queue = queue, .type = type, .definition = {}}))
            ++counts.at(static_cast<std::size_t>(name_of(found.state)));
        return counts;
    }
    std::int64_t count_of(StateName state) {
        return queries.count({}, {}).at(static_cast<std::size_t>(state));
    }
};

}  // namespace jobhost::storage
