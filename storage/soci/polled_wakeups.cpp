#include "storage/soci/polled_wakeups.hpp"

#include <sys/eventfd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <unistd.h>

namespace jobhost::storage {

namespace {

using namespace std::chrono_literals;

constexpr Duration kPeriod = 20ms;
constexpr Duration kLongestPause = 3s;

}  // namespace

PolledWakeups::PolledWakeups(Database& database)
    : database_{database}, news_{::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)} {
    if (news_ < 0)
        throw StorageError{StorageError::Kind::unavailable,
                           "cannot watch the database: " + std::generic_category().message(errno)};
    thread_ = std::thread{[this] { loop(); }};
}

PolledWakeups::~PolledWakeups() {
    {
        const std::lock_guard lock{mutex_};
        is_stopping_ = true;
    }
    stopping_.notify_all();
    thread_.join();
    ::close(news_);
}

bool PolledWakeups::drain() noexcept {
    std::uint64_t count = 0;
    return ::read(news_, &count, sizeof count) == static_cast<ssize_t>(sizeof count);
}

void PolledWakeups::loop() {
    while (!is_stopped_after(look())) {
    }
}

bool PolledWakeups::is_stopped_after(Duration pause) {
    std::unique_lock lock{mutex_};
    return stopping_.wait_for(lock, pause, [this] { return is_stopping_; });
}

Duration PolledWakeups::look() {
    try {
        long long raised = 0;
        database_.glance(
            [&](Session& session) { raised = std::get<0>(session.rows<long long>("wake_read").at(0)); });
        pause_ = {};
        if (raised == seen_) return kPeriod;
        seen_ = raised;
        const std::uint64_t one = 1;
        // A counter that is full says what this would say.
        [[maybe_unused]] const auto written = ::write(news_, &one, sizeof one);
        return kPeriod;
    } catch (
        const StorageError&) {  // those who use the database say so; here it is enough to come back later
        pause_ = std::clamp(pause_ * 2, kPeriod, kLongestPause);
        return pause_;
    }
}

}  // namespace jobhost::storage
