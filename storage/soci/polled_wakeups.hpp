// News of commits by way of a row that every writer raises and a thread reads.
#pragma once

#include "storage/soci/database.hpp"
#include "storage/storage.hpp"

#include <condition_variable>
#include <mutex>
#include <thread>

namespace jobhost::storage {

// For databases that cannot call us. Reading one small row 50 times a second, in one round trip, costs
// both sides next to nothing.
class PolledWakeups final : public Wakeups {
public:
    // `database` outlives this. Throws StorageError when there are no descriptors left.
    explicit PolledWakeups(Database& database);
    ~PolledWakeups() override;
    PolledWakeups(const PolledWakeups&) = delete;
    PolledWakeups& operator=(const PolledWakeups&) = delete;

    int descriptor() const noexcept override { return news_; }
    bool drain() noexcept override;

private:
    void loop();
    Duration look();  // how long until it is worth looking again
    bool is_stopped_after(Duration pause);

    Database& database_;
    int news_ = -1;  // an eventfd
    long long seen_ = -1;
    Duration pause_{};  // after a failure
    std::mutex mutex_;
    std::condition_variable stopping_;
    bool is_stopping_ = false;
    std::thread thread_;  // last: it uses all of the above
};

}  // namespace jobhost::storage
