#include "host/upkeep/predecessors.hpp"

#include "host/daemon/incarnation_lock.hpp"
#include "tests/support/temporary_storage.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <unistd.h>

namespace jobhost::host {
namespace {

struct PredecessorsTest : testing::Test {
    test::TemporaryStorage db;
    std::filesystem::path state = db.folder / "state";
    IncarnationLock own{state};
    int recovered = 0;
    Predecessors predecessors{db->servers(), state, own.incarnation(), [this] { ++recovered; }};

    // A server with one job in processing.
    JobId give_a_job_to(const std::string& incarnation) {
        const ServerId server = db->servers().enter({.incarnation = incarnation, .name = "earlier"}, {});
        NewJob job;
        job.id = db->jobs().reserve_ids(1);
        job.type = "test.job";
        db->jobs().insert({&job, 1});
        db->jobs().exchange(server, {}, {{{db->jobs().lanes().at(0).id, 0}}, 1});
        return job.id;
    }
    StateName state_of(JobId id) { return name_of(db->queries().find(id)->state); }
};

TEST_F(PredecessorsTest, JobsOfAHostThatStillHoldsItsLockAreLeftAlone) {
    const IncarnationLock other{state};
    const JobId job = give_a_job_to(other.incarnation());

    predecessors.run_once();

    EXPECT_EQ(state_of(job), StateName::processing);
    EXPECT_EQ(recovered, 0);
}

TEST_F(PredecessorsTest, JobsOfAHostWhoseLockIsFreeRunAgain) {
    JobId job;
    {
        const IncarnationLock ended{state};
        job = give_a_job_to(ended.incarnation());
    }
    predecessors.run_once();

    EXPECT_EQ(state_of(job), StateName::enqueued);
    EXPECT_EQ(recovered, 1);
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator{lock_folder(state)}, {}), 1)
        << "only our own lock is left";
}

TEST_F(PredecessorsTest, TheLockOfAHostOfAnotherDatabaseIsLeftToItsOwnSuccessor) {
    const test::TemporaryStorage other;
    Predecessors others{other->servers(), state, own.incarnation(), [] {}};
    JobId job;
    {
        const IncarnationLock ended{state};
        job = give_a_job_to(ended.incarnation());
    }
    others.run_once();
    predecessors.run_once();

    EXPECT_EQ(state_of(job), StateName::enqueued);
}

TEST_F(PredecessorsTest, AWorkerThatOutlivesItsHostHoldsTheLockForBoth) {
    std::string incarnation;
    int pipe_ends[2];
    ASSERT_EQ(::pipe(pipe_ends), 0);
    JobId job;
    pid_t worker = 0;
    {
        const IncarnationLock host{state};
        job = give_a_job_to(host.incarnation());
        worker = ::fork();
        if (worker == 0) {  // inherits the open file description, as workers do
            char byte = 0;
            ::close(pipe_ends[1]);
            ::_exit(::read(pipe_ends[0], &byte, 1) == 0 ? 0 : 1);
        }
    }
    predecessors.run_once();
    EXPECT_EQ(state_of(job), StateName::processing) << "its worker is still there";

    ::close(pipe_ends[1]);
    ::waitpid(worker, nullptr, 0);
    ::close(pipe_ends[0]);
    predecessors.run_once();
    EXPECT_EQ(state_of(job), StateName::enqueued);
}

TEST_F(PredecessorsTest, LooksAgainLaterAndLater) {
    const Duration first = predecessors.run_once();
    const Duration second = predecessors.run_once();
    EXPECT_GT(second, first);
    for (int i = 0; i < 20; ++i)
        predecessors.run_once();
    EXPECT_EQ(predecessors.run_once(), std::chrono::seconds{5});
}

}  // namespace
}  // namespace jobhost::host
