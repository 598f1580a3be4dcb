// What every conformance test starts from: an empty database, one server, a clock that stands still.
#pragma once

#include "tests/storage/conformance/backend.hpp"
#include "tests/support/manual_clock.hpp"

namespace jobhost::storage {

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
    ServerId server = enter("first");

    ServerId enter(const std::string& incarnation) {
        return servers.enter({.incarnation = incarnation, .name = "name of " + incarnation}, {});
    }

    NewJob job(const std::string& type = "test.job") {
        NewJob made;
        made.id = jobs.reserve_ids(1);
        made.type = type;
        return made;
    }

    JobId insert(const NewJob& made) {
        jobs.insert({&made, 1});
        return made.id;
    }
    JobId insert() { return insert(job()); }

    // All lanes, equally good.
    ClaimRequest anything(std::size_t limit) {
        ClaimRequest request{{}, limit};
        for (const Lane& lane : jobs.lanes())
            request.lanes.push_back({lane.id, 0});
        return request;
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

    Settlement success_of(const ClaimedJob& run, const std::string& result = "") {
        return {.job = run.id,
                .lease = run.lease,
                .cause = Cause::succeeded,
                .target = Succeeded{clock.now(), clock.now(), result},
                .started_at = clock.now()};
    }
    Settlement retry_of(const ClaimedJob& run, Duration delay) {
        return {.job = run.id,
                .lease = run.lease,
                .cause = Cause::retried,
                .target = Scheduled{clock.now() + delay, Reason::retry},
                .started_at = clock.now(),
                .event = JobEvent{.at = clock.now(),
                                  .cause = Cause::retried,
                                  .attempt = run.attempt,
                                  .error_code = "boom",
                                  .message = "it went wrong",
                                  .by = "first"}};
    }
    Settlement return_of(const ClaimedJob& run) {
        return {
            .job = run.id, .lease = run.lease, .cause = Cause::given_back, .target = Enqueued{clock.now()}};
    }

    Job find(JobId id) { return queries.find(id).value(); }
    StateName state_of(JobId id) { return name_of(find(id).state); }
};

}  // namespace jobhost::storage
