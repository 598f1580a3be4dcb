#include "tests/storage/races/races.hpp"

namespace jobhost::storage::races {
namespace {

// What the sweep of a host finds in all of its parts.
class SweepRaces : public Races {
protected:
    std::size_t found = 0;

    void sweep() {
        found = 0;
        for (int part = 0; part < 3; ++part)
            found += two.workflows.sweep(10'000);
    }
};

TEST_F(SweepRaces, ItDoesNotCountWhatAnEndTellsMeanwhile) {
    NewJob child;
    race(
        [&] {
            NewJob parent = job();
            child = job();
            child.parents = {{parent.id, Condition::succeeded}};
            one.workflows.submit({}, std::vector{parent, child});
            const ClaimedJob run = one.claim(1).at(0);
            return std::pair{[this, run] { EXPECT_EQ(one.succeed(run), Moved::yes); }, [this] { sweep(); }};
        },
        [&] {
            EXPECT_EQ(found, 0u);
            EXPECT_EQ(state_of(child.id), enqueued);
        });
}

TEST_F(SweepRaces, ItDoesNotCountWhatTheEndOfABatchTellsMeanwhile) {
    NewJob next;
    race(
        [&] {
            const NewBatch made = batch();
            NewJob member = job();
            member.batch = made.id;
            next = job();
            next.parents = {{made.id, Condition::succeeded}};
            one.workflows.submit({&made, 1}, std::vector{member, next});
            const ClaimedJob run = one.claim(1).at(0);
            return std::pair{[this, run] { EXPECT_EQ(one.succeed(run), Moved::yes); }, [this] { sweep(); }};
        },
        [&] {
            EXPECT_EQ(found, 0u);
            EXPECT_EQ(state_of(next.id), enqueued);
        });
}

}  // namespace
}  // namespace jobhost::storage::races
