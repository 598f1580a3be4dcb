// News of commits by way of PostgreSQL's LISTEN, over a connection of its own.
#pragma once

#include "storage/storage.hpp"

#include <chrono>
#include <string>
#include <thread>

struct pg_conn;

namespace jobhost::storage {

// A thread of its own does all that may block, name resolution included, which libpq offers only as a
// blocking call; descriptor() and drain() never wait. A lost connection is made again, with a pause of 100 ms
// that grows to 3 s. Each new connection counts as news, because notifications may have been missed before
// it.
class PostgresWakeups final : public Wakeups {
public:
    // `conninfo` is libpq's, as a URI or as words; `channel` is taken literally and has at most 63 bytes.
    // Does not wait for the connection. Throws StorageError when there are no descriptors left.
    PostgresWakeups(std::string conninfo, std::string channel);
    // Waits for name resolution if that is under way, and for nothing else.
    ~PostgresWakeups() override;
    PostgresWakeups(const PostgresWakeups&) = delete;
    PostgresWakeups& operator=(const PostgresWakeups&) = delete;

    int descriptor() const noexcept override { return news_; }
    bool drain() noexcept override;

private:
    using Deadline = std::chrono::steady_clock::time_point;
    enum class Waited { ready, out_of_time, stopped };

    void loop();
    bool connect(pg_conn* connection, Deadline deadline);
    bool listen(pg_conn* connection, Deadline deadline);
    void pass_on_news(pg_conn* connection);
    void raise() noexcept;
    // Until the socket has one of poll(2)'s `events`; a negative socket is never ready.
    Waited wait(int socket, short events, Deadline deadline);

    const std::string conninfo_;
    const std::string channel_;
    int news_ = -1;  // eventfds
    int stop_ = -1;
    std::thread thread_;  // last: it uses all of the above
};

}  // namespace jobhost::storage
