#include "storage/soci/postgres_wakeups.hpp"

#include <sys/eventfd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <libpq-fe.h>
#include <memory>
#include <poll.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace jobhost::storage {

using namespace std::chrono_literals;

namespace {

constexpr auto kAttempt = 10s;
constexpr std::chrono::milliseconds kFirstPause = 100ms;
constexpr std::chrono::milliseconds kLongestPause = 3s;
constexpr auto kForever = std::chrono::steady_clock::time_point::max();

using Connection = std::unique_ptr<PGconn, decltype(&PQfinish)>;
using Result = std::unique_ptr<PGresult, decltype(&PQclear)>;

// What stands before "dbname" is a default, which the connection string overrides. Nothing is ever sent after
// LISTEN, so keepalives alone tell that the server is out of reach.
Connection begin(const std::string& conninfo) {
    static constexpr std::array kNames{"keepalives_idle",  "keepalives_interval",
                                       "keepalives_count", "fallback_application_name",
                                       "dbname",           static_cast<const char*>(nullptr)};
    const std::array<const char*, kNames.size()> values{
        "10", "5", "3", "jobhost wake-ups", conninfo.c_str(), nullptr};
    Connection connection{PQconnectStartParams(kNames.data(), values.data(), 1), &PQfinish};
    // What a server says when it shuts down would land on standard error, amid our log.
    PQsetNoticeProcessor(
        connection.get(), [](void*, const char*) {}, nullptr);
    return connection;
}

}  // namespace

PostgresWakeups::PostgresWakeups(std::string conninfo, std::string channel)
    : conninfo_{std::move(conninfo)}, channel_{std::move(channel)} {
    news_ = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    stop_ = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    try {
        if (news_ < 0 || stop_ < 0) throw std::system_error{errno, std::generic_category()};
        thread_ = std::thread{[this] { loop(); }};
    } catch (const std::system_error& error) {
        ::close(news_);
        ::close(stop_);
        throw StorageError{StorageError::Kind::unavailable,
                           "cannot wait for notifications: " + error.code().message()};
    }
}

PostgresWakeups::~PostgresWakeups() {
    ::eventfd_write(stop_, 1);
    thread_.join();
    ::close(news_);
    ::close(stop_);
}

bool PostgresWakeups::drain() noexcept {
    eventfd_t count = 0;
    return ::eventfd_read(news_, &count) == 0;
}

void PostgresWakeups::raise() noexcept {
    ::eventfd_write(news_, 1);
}

void PostgresWakeups::loop() {
    auto pause = kFirstPause;
    do {
        const Deadline deadline = std::chrono::steady_clock::now() + kAttempt;
        const Connection connection = begin(conninfo_);
        if (connect(connection.get(), deadline) && listen(connection.get(), deadline)) {
            pause = kFirstPause;
            raise();
            pass_on_news(connection.get());
        } else {
            pause = std::min(pause * 2, kLongestPause);
        }
    } while (wait(-1, 0, std::chrono::steady_clock::now() + pause) != Waited::stopped);
}

bool PostgresWakeups::connect(PGconn* connection, Deadline deadline) {
    if (PQstatus(connection) == CONNECTION_BAD) return false;
    for (auto next = PGRES_POLLING_WRITING; next != PGRES_POLLING_OK; next = PQconnectPoll(connection)) {
        if (next == PGRES_POLLING_FAILED) return false;
        const short events = next == PGRES_POLLING_READING ? POLLIN : POLLOUT;
        if (wait(PQsocket(connection), events, deadline) != Waited::ready) return false;
    }
    return true;
}

bool PostgresWakeups::listen(PGconn* connection, Deadline deadline) {
    const std::unique_ptr<char, decltype(&PQfreemem)> channel{
        PQescapeIdentifier(connection, channel_.data(), channel_.size()), &PQfreemem};
    if (!channel || PQsendQuery(connection, ("LISTEN " + std::string{channel.get()}).c_str()) == 0)
        return false;
    while (PQisBusy(connection) != 0) {
        if (wait(PQsocket(connection), POLLIN, deadline) != Waited::ready) return false;
        if (PQconsumeInput(connection) == 0) return false;
    }
    // The end of the answer came with it, so that asking for it does not wait.
    const Result result{PQgetResult(connection), &PQclear};
    return PQresultStatus(result.get()) == PGRES_COMMAND_OK;
}

void PostgresWakeups::pass_on_news(PGconn* connection) {
    while (wait(PQsocket(connection), POLLIN, kForever) == Waited::ready) {
        if (PQconsumeInput(connection) == 0) return;
        bool any = false;
        while (PGnotify* notification = PQnotifies(connection)) {
            PQfreemem(notification);
            any = true;
        }
        if (any) raise();
    }
}

PostgresWakeups::Waited PostgresWakeups::wait(int socket, short events, Deadline deadline) {
    std::array<pollfd, 2> watched{pollfd{stop_, POLLIN, 0}, pollfd{socket, events, 0}};
    for (;;) {
        int timeout = -1;
        if (deadline != kForever) {
            const auto left =
                std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
            timeout = static_cast<int>(std::max(left, 0ms).count());
        }
        const int ready = ::poll(watched.data(), watched.size(), timeout);
        if (ready == 0) return Waited::out_of_time;
        if (ready < 0) continue;  // interrupted by a signal
        return watched[0].revents != 0 ? Waited::stopped : Waited::ready;
    }
}

}  // namespace jobhost::storage
