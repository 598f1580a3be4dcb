#include "storage/soci/pooled_database.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <new>
#include <unistd.h>

namespace jobhost::storage {
namespace {

using namespace std::chrono_literals;

class SilentSession final : public Session {
public:
    using Session::Session;

private:
    long long run(const std::string&, bool, const Parameters&, std::span<const ColumnKind>,
                  const RowSink&) override {
        return 0;
    }
};

class FakeConnection : public ServerConnection {
public:
    explicit FakeConnection(const StatementCatalog& catalog) : session_{catalog} {}

    Session& session() noexcept override { return session_; }
    void set_deadline(Deadline) noexcept override {}
    void begin(Access) override {}
    void commit() override {}
    void rollback() override {}
    int socket() noexcept override { return -1; }

private:
    SilentSession session_;
};

// There is no memory left to begin a transaction.
class ExhaustedConnection final : public FakeConnection {
public:
    using FakeConnection::FakeConnection;
    void begin(Access) override { throw std::bad_alloc{}; }
};

// Waits for what its server has to say.
class MuteSession final : public Session {
public:
    MuteSession(const StatementCatalog& catalog, int socket) : Session{catalog}, socket_{socket} {}

private:
    long long run(const std::string&, bool, const Parameters&, std::span<const ColumnKind>,
                  const RowSink&) override {
        char answer = 0;
        EXPECT_EQ(::recv(socket_, &answer, 1, 0), 0) << "nobody has given it up";
        throw StorageError{StorageError::Kind::unavailable, "the connection was lost"};
    }

    const int socket_;
};

// Its server accepts it and says nothing more.
class MuteConnection final : public FakeConnection {
public:
    explicit MuteConnection(const StatementCatalog& catalog) : FakeConnection{catalog} {
        EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends_.data()), 0);
        // So that a failure is one, and no test that hangs.
        const timeval patience{.tv_sec = 20, .tv_usec = 0};
        ::setsockopt(ends_[0], SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        session_ = std::make_unique<MuteSession>(catalog, ends_[0]);
    }
    ~MuteConnection() override {
        ::close(ends_[0]);
        ::close(ends_[1]);
    }
    Session& session() noexcept override { return *session_; }
    int socket() noexcept override { return ends_[0]; }

private:
    std::array<int, 2> ends_{-1, -1};
    std::unique_ptr<MuteSession> session_;
};

template <class Connection>
PooledDatabase pool_of() {
    return {StatementCatalog{"postgres", {"jobhost", 50ms}},
            [](const StatementCatalog& catalog) { return std::make_unique<Connection>(catalog); }, 50ms};
}

TEST(PooledConnections, OneThatFailsInAnyWayMakesRoomForAnother) {
    PooledDatabase pool = pool_of<ExhaustedConnection>();
    for (int i = 0; i < 20; ++i)
        EXPECT_THROW(pool.read([](Session&) {}), std::bad_alloc) << "the connections are used up after " << i;
}

TEST(PooledConnections, OneThatIsSetUpHasADeadlineToo) {
    PooledDatabase pool = pool_of<MuteConnection>();
    EXPECT_THROW(pool.read([](Session&) {}), StorageError);
}

}  // namespace
}  // namespace jobhost::storage
