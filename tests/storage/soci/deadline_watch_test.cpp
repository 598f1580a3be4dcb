#include "storage/soci/deadline_watch.hpp"

#include "tests/support/postgres_cluster.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <cerrno>
#include <libpq-fe.h>
#include <memory>
#include <unistd.h>
#include <vector>

namespace jobhost::storage {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

// Two ends of one connection.
class Sockets {
public:
    Sockets() {
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends_) != 0)
            throw std::runtime_error{"socketpair"};
        const timeval deadline{.tv_sec = 20, .tv_usec = 0};
        ::setsockopt(ends_[0], SOL_SOCKET, SO_RCVTIMEO, &deadline, sizeof deadline);
    }
    ~Sockets() {
        ::close(ends_[0]);
        ::close(ends_[1]);
    }
    Sockets(const Sockets&) = delete;
    Sockets& operator=(const Sockets&) = delete;

    int watched() const { return ends_[0]; }
    // Blocks as a call of libpq does; whether it ended by a shutdown.
    bool read_until_shut_down() {
        char byte;
        return ::read(ends_[0], &byte, 1) == 0;
    }
    // As the other end sees it.
    bool is_shut_down() {
        char byte;
        return ::recv(ends_[1], &byte, 1, MSG_DONTWAIT) == 0;
    }

private:
    int ends_[2];
};

TEST(DeadlineWatchTest, ACallThatTakesTooLongFails) {
    DeadlineWatch watch;
    Sockets sockets;
    const auto begun = Clock::now();
    const auto guard = watch.watch(sockets.watched(), 30ms);
    EXPECT_FALSE(guard.expired());
    EXPECT_TRUE(sockets.read_until_shut_down());
    EXPECT_GE(Clock::now() - begun, 30ms);
    EXPECT_TRUE(guard.expired());
}

TEST(DeadlineWatchTest, ANearerDeadlineIsKeptAfterAFartherOneAndTheFartherOneIsLeftAlone) {
    DeadlineWatch watch;
    Sockets far;
    Sockets near;
    const auto far_guard = watch.watch(far.watched(), 1h);
    const auto near_guard = watch.watch(near.watched(), 20ms);
    EXPECT_TRUE(near.read_until_shut_down());
    EXPECT_TRUE(near_guard.expired());
    EXPECT_FALSE(far_guard.expired());
    EXPECT_FALSE(far.is_shut_down());
}

TEST(DeadlineWatchTest, ACallThatEndsInTimeKeepsItsConnection) {
    DeadlineWatch watch;
    Sockets quick;
    Sockets later;
    { const auto guard = watch.watch(quick.watched(), 20ms); }
    const auto guard = watch.watch(later.watched(), 40ms);
    EXPECT_TRUE(later.read_until_shut_down());
    EXPECT_FALSE(quick.is_shut_down());
}

TEST(DeadlineWatchTest, ItGoesOnAfterAnIdleTime) {
    DeadlineWatch watch;
    for (int round = 0; round < 3; ++round) {
        Sockets sockets;
        const auto guard = watch.watch(sockets.watched(), 5ms);
        EXPECT_TRUE(sockets.read_until_shut_down());
    }
}

// The guard goes around the moment at which the watch wakes for it.
TEST(DeadlineWatchTest, ASocketIsLeftAloneOnceItsGuardIsGone) {
    DeadlineWatch watch;
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 4; ++thread)
        threads.emplace_back([&] {
            for (int round = 0; round < 3000; ++round) {
                Sockets sockets;
                {
                    const auto guard = watch.watch(sockets.watched(), 10us);
                    const auto end = Clock::now() + std::chrono::microseconds{round % 150};
                    while (Clock::now() < end) {
                    }
                }
                const bool was_shut_down = sockets.is_shut_down();
                { const auto guard = watch.watch(sockets.watched(), 1h); }
                EXPECT_EQ(sockets.is_shut_down(), was_shut_down);
            }
        });
    for (std::thread& thread : threads)
        thread.join();
}

TEST(DeadlineWatchTest, AQueryToAServerThatDoesNotAnswerEnds) {
    const std::unique_ptr<PGconn, decltype(&PQfinish)> connection{
        PQconnectdb(test::shared_postgres().url().c_str()), &PQfinish};
    ASSERT_EQ(PQstatus(connection.get()), CONNECTION_OK);
    test::shared_postgres().pause();

    DeadlineWatch watch;
    const auto begun = Clock::now();
    const auto guard = watch.watch(PQsocket(connection.get()), 100ms);
    const std::unique_ptr<PGresult, decltype(&PQclear)> result{PQexec(connection.get(), "SELECT 1"),
                                                               &PQclear};
    EXPECT_LT(Clock::now() - begun, 2s);
    EXPECT_TRUE(guard.expired());
    EXPECT_EQ(PQresultStatus(result.get()), PGRES_FATAL_ERROR);
    EXPECT_EQ(PQstatus(connection.get()), CONNECTION_BAD);
    test::shared_postgres().resume();
}

TEST(DeadlineWatchTest, AQueryThatIsAnsweredInTimeLeavesTheConnectionUsable) {
    const std::unique_ptr<PGconn, decltype(&PQfinish)> connection{
        PQconnectdb(test::shared_postgres().url().c_str()), &PQfinish};
    DeadlineWatch watch;
    for (int round = 0; round < 2; ++round) {
        const auto guard = watch.watch(PQsocket(connection.get()), 20s);
        const std::unique_ptr<PGresult, decltype(&PQclear)> result{PQexec(connection.get(), "SELECT 1"),
                                                                   &PQclear};
        EXPECT_EQ(PQresultStatus(result.get()), PGRES_TUPLES_OK);
        EXPECT_FALSE(guard.expired());
    }
}

}  // namespace
}  // namespace jobhost::storage
