#include "tests/storage/conformance/conformance.hpp"

#include <poll.h>

namespace jobhost::storage {
namespace {

using namespace std::chrono_literals;

class OpensConformance : public StorageConformance {
protected:
    std::unique_ptr<Storage> other = database->open(clock);

    // Whether news comes within ten seconds; `again` is done now and then, because a wake-up may be missed.
    template <class Write>
    static bool is_told(Wakeups& wakeups, Write again) {
        for (int i = 0; i < 10; ++i) {
            again();
            pollfd waiting{wakeups.descriptor(), POLLIN, 0};
            ::poll(&waiting, 1, 1000);
            if (wakeups.drain()) return true;
        }
        return false;
    }
    // Until it is quiet.
    static void drain(Wakeups& wakeups) {
        pollfd waiting{wakeups.descriptor(), POLLIN, 0};
        for (int i = 0; i < 100 && ::poll(&waiting, 1, 0) > 0; ++i)
            wakeups.drain();
    }
};

TEST_P(OpensConformance, EachSeesAtOnceWhatTheOtherWrote) {
    const JobId id = insert();
    EXPECT_EQ(name_of(other->queries().find(id)->state), enqueued);
    const ClaimedJob run = claim_one();
    EXPECT_EQ(name_of(other->queries().find(id)->state), processing);

    const Settlement done = success_of(run, "[1]");
    EXPECT_EQ(other->jobs().exchange(server, {&done, 1}, {}).moved, std::vector{Moved::yes});
    EXPECT_EQ(std::get<Succeeded>(find(id).state).result, "[1]");
}

TEST_P(OpensConformance, LanesThatTheOtherMadeAreKnown) {
    insert(job_in("made by one"));
    NewJob made = job_in("made by the other");
    other->jobs().insert({&made, 1});
    EXPECT_EQ(jobs.lanes().size(), 2u);
    EXPECT_EQ(other->jobs().lanes().size(), 2u);
    EXPECT_EQ(claim(9).size(), 2u);
}

TEST_P(OpensConformance, BothMakeTheSameLaneOnce) {
    insert(job_in("a"));
    NewJob made = job_in("a");
    other->jobs().insert({&made, 1});
    EXPECT_EQ(jobs.lanes().size(), 1u);
    EXPECT_EQ(ids_of(other->jobs().exchange(server, {}, anything(9)).claimed).size(), 2u);
}

TEST_P(OpensConformance, PoliciesThatTheOtherMadeAreKnown) {
    NewJob made = job();
    made.policy.timeout = 77s;
    other->jobs().insert({&made, 1});
    EXPECT_EQ(claim_one().policy, made.policy);
}

TEST_P(OpensConformance, ServersThatTheOtherEnteredAreKnown) {
    const ServerId theirs = other->servers().enter({.incarnation = "second", .name = "second"}, {});
    EXPECT_EQ(servers.list().size(), 2u);
    insert();
    EXPECT_EQ(claim(1, theirs).size(), 1u);
    servers.declare_dead("second");
    EXPECT_FALSE(other->servers().beat(theirs, 20s));
}

TEST_P(OpensConformance, AllIsThereAfterEverybodyClosed) {
    const JobId id = insert(job_in("a", 5));
    claim_one();
    other.reset();
    storage.reset();
    const auto later = database->open(clock);
    const Job found = later->queries().find(id).value();
    EXPECT_EQ(name_of(found.state), processing);
    EXPECT_EQ(found.priority, 5);
    EXPECT_EQ(found.server, "name of first");
    EXPECT_EQ(later->servers().list().size(), 1u);
}

TEST_P(OpensConformance, AnInsertOfTheOtherWakesUp) {
    const auto wakeups = storage->watch();
    drain(*wakeups);
    EXPECT_TRUE(is_told(*wakeups, [&] {
        NewJob made;
        made.id = other->jobs().reserve_ids(1);
        made.type = "test.job";
        other->jobs().insert({&made, 1});
    }));
}

TEST_P(OpensConformance, SeveralMayWatch) {
    const auto first = storage->watch();
    const auto second = storage->watch();
    drain(*first);
    drain(*second);
    const auto write = [&] {
        NewJob made;
        made.id = other->jobs().reserve_ids(1);
        made.type = "test.job";
        other->jobs().insert({&made, 1});
    };
    EXPECT_TRUE(is_told(*first, write));
    EXPECT_TRUE(is_told(*second, write));
}

TEST_P(OpensConformance, NewsIsTakenOnce) {
    const auto wakeups = storage->watch();
    EXPECT_TRUE(is_told(*wakeups, [&] {
        NewJob made = job();
        other->jobs().insert({&made, 1});
    }));
    drain(*wakeups);
    EXPECT_FALSE(wakeups->drain());
}

TEST_P(OpensConformance, WhoWatchesMayStop) {
    storage->watch().reset();
    NewJob made = job();
    other->jobs().insert({&made, 1});
    EXPECT_EQ(state_of(made.id), enqueued);
}

INSTANTIATE_TEST_SUITE_P(Databases, OpensConformance, testing::ValuesIn(all_backends()), backend_name);

}  // namespace
}  // namespace jobhost::storage
