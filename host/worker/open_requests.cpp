#include "host/worker/open_requests.hpp"

#include "host/worker/limits.hpp"

namespace jobhost::worker {

std::optional<std::int64_t> OpenRequests::open(Deadline deadline) {
    std::unique_lock lock{mutex_};
    const bool has_room =
        ended_.wait_until(lock, deadline, [this] { return is_closed_ || open_.size() < kMaxOpenRequests; });
    if (!has_room || is_closed_) return std::nullopt;
    open_.emplace(++last_, std::nullopt);
    return last_;
}

std::optional<ReplyMessage> OpenRequests::wait(std::int64_t number, Deadline deadline) {
    std::unique_lock lock{mutex_};
    std::optional<ReplyMessage>& slot = open_.at(number);
    answered_.wait_until(lock, deadline, [&] { return is_closed_ || slot.has_value(); });
    std::optional<ReplyMessage> reply = std::move(slot);
    open_.erase(number);
    ended_.notify_one();
    return reply;
}

void OpenRequests::answer(ReplyMessage reply) {
    const std::lock_guard lock{mutex_};
    const auto found = open_.find(reply.number);
    if (found == open_.end()) return;
    found->second = std::move(reply);
    answered_.notify_all();
}

void OpenRequests::close() {
    const std::lock_guard lock{mutex_};
    is_closed_ = true;
    answered_.notify_all();
    ended_.notify_all();
}

}  // namespace jobhost::worker
