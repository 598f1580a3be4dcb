#include "storage/soci/opened_socket.hpp"

#include "storage/soci/odbc_session.hpp"
#include "storage/storage_error.hpp"
#include "tests/support/postgres_cluster.hpp"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <chrono>
#include <stdexcept>
#include <unistd.h>
#include <vector>

namespace jobhost::storage {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

// A server that takes connections and never says a word.
class MuteServer {
public:
    MuteServer() : listening_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
        address_.sin_family = AF_INET;
        address_.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address_;
        if (::bind(listening_, reinterpret_cast<sockaddr*>(&address_), size) != 0 ||
            ::listen(listening_, 1) != 0 ||
            ::getsockname(listening_, reinterpret_cast<sockaddr*>(&address_), &size) != 0)
            throw std::runtime_error{"no server"};
    }
    ~MuteServer() {
        for (const int client : clients_)
            ::close(client);
        ::close(listening_);
    }
    MuteServer(const MuteServer&) = delete;
    MuteServer& operator=(const MuteServer&) = delete;

    int port() const { return ::ntohs(address_.sin_port); }

    int connected(int flags = 0) {
        const int client = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
        clients_.push_back(client);
        static_cast<void>(::connect(client, reinterpret_cast<sockaddr*>(&address_), sizeof address_));
        return client;
    }
    // From then on nobody's packets are answered, as when the network is cut.
    void fill() {
        for (int i = 0; i < 4; ++i)
            connected(SOCK_NONBLOCK);
    }

private:
    int listening_;
    sockaddr_in address_{};
    std::vector<int> clients_;
};

bool is_shut_down(int socket) {
    char byte;
    return ::recv(socket, &byte, 1, MSG_DONTWAIT) == 0;
}

TEST(OpenedSocketTest, OfWhatWasOpenedMeanwhileTheOneWithANamedPeerIsIt) {
    MuteServer server;
    const int before = server.connected();
    int opened = -1;
    int pair[2];
    const OpenedSocket socket{20s, [&] {
                                  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
                                  opened = server.connected();
                              }};
    ASSERT_GE(socket.descriptor(), 0);
    ::shutdown(socket.descriptor(), SHUT_RDWR);
    EXPECT_TRUE(is_shut_down(opened));
    EXPECT_FALSE(is_shut_down(pair[0]));
    EXPECT_FALSE(is_shut_down(before));
    ::close(pair[0]);
    ::close(pair[1]);
}

TEST(OpenedSocketTest, OneOfTwoIsNotGuessed) {
    MuteServer first;
    MuteServer second;
    const OpenedSocket socket{20s, [&] {
                                  first.connected();
                                  second.connected();
                              }};
    EXPECT_EQ(socket.descriptor(), -1);
}

TEST(OpenedSocketTest, ADescriptorThatSomebodyElseHasByNowIsLeftAlone) {
    MuteServer server;
    int opened = -1;
    const OpenedSocket socket{20s, [&] { opened = server.connected(); }};
    int pair[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    ASSERT_EQ(::dup2(pair[0], opened), opened) << "as if the driver had closed it";
    ::shutdown(socket.descriptor(), SHUT_RDWR);
    EXPECT_FALSE(is_shut_down(opened));
    ::close(pair[0]);
    ::close(pair[1]);
}

// As a driver that asks something after the login, which no login timeout covers.
TEST(OpenedSocketTest, WhatWaitsAtTheSocketWhileConnectingEnds) {
    MuteServer server;
    const auto begun = Clock::now();
    const auto connect = [&] {
        const int socket = server.connected();
        const timeval deadline{.tv_sec = 20, .tv_usec = 0};
        ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &deadline, sizeof deadline);
        char byte;
        static_cast<void>(::recv(socket, &byte, 1, 0));
        throw StorageError{StorageError::Kind::unavailable, "what the driver says"};
    };
    try {
        const OpenedSocket socket{100ms, connect};
        FAIL();
    } catch (const StorageError& error) {
        EXPECT_THAT(error.what(), testing::HasSubstr("check that the server answers"));
    }
    EXPECT_LT(Clock::now() - begun, 10s);
}

TEST(OpenedSocketTest, OnPsqlOdbcAStatementEndsByIt) {
    const StatementCatalog catalog{"postgres", {.schema = "jobhost", .timeout = 20s}};
    OdbcSession other{test::shared_postgres().odbc(), 20s, catalog};
    OdbcSession session{test::shared_postgres().odbc(), 20s, catalog};
    ASSERT_GE(session.socket(), 0);
    ASSERT_NE(session.socket(), other.socket());
    ::shutdown(session.socket(), SHUT_RDWR);
    EXPECT_THROW(session.rows_of_text<long long>("SELECT 1"), StorageError);
    EXPECT_EQ(other.rows_of_text<long long>("SELECT 1").size(), 1u);
}

// By the drivers that Debian has.
struct ConnectingTest : testing::TestWithParam<const char*> {
    MuteServer server;
    const StatementCatalog catalog{"postgres", {.schema = "jobhost", .timeout = 1s}};

    void expect_an_end() {
        const std::string connection = std::string{GetParam()} +
                                       "=127.0.0.1;Port=" + std::to_string(server.port()) +
                                       ";Database=jobs;UID=somebody;PWD=sesame";
        const auto begun = Clock::now();
        try {
            OdbcSession{connection, 1s, catalog};
            FAIL();
        } catch (const StorageError& error) {
            EXPECT_EQ(error.kind(), StorageError::Kind::unavailable);
            EXPECT_THAT(error.what(), testing::HasSubstr("check that the server answers"));
            EXPECT_THAT(error.what(), testing::Not(testing::HasSubstr("sesame")));
        }
        EXPECT_GE(Clock::now() - begun, 1s);
        EXPECT_LT(Clock::now() - begun, 10s);
    }
};

TEST_P(ConnectingTest, ToAServerThatNeverSpeaksEnds) {
    expect_an_end();
}

TEST_P(ConnectingTest, ToAServerThatIsOutOfReachEnds) {
    server.fill();
    expect_an_end();
}

INSTANTIATE_TEST_SUITE_P(, ConnectingTest,
                         testing::Values("Driver={PostgreSQL Unicode};Servername",
                                         "Driver=FreeTDS;TDS_Version=7.4;Server"),
                         [](const auto& way) { return way.index == 0 ? "psqlodbc" : "freetds"; });

}  // namespace
}  // namespace jobhost::storage
