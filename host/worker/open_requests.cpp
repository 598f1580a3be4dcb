#include "host/worker/open_requests.hpp"

#include "host/worker/limits.hpp"

namespace jobhost::worker {

std::optional<std::int64_t> OpenRequests::open() {
    const std::lock_guard lock{mutex_};
    if (open_.size() >= kMaxOpenRequests) return std::nullopt;
    open_.emplace(++last_, std::nullopt);
    return last_;
}

std::optional<ReplyMessage> OpenRequests::wait(std::int64_t number, std::chrono::milliseconds patience) {
    std::unique_lock lock{mutex_};
    std::optional<ReplyMessage>& slot = open_.at(number);
    answered_.wait_for(lock, patience, [&] { return slot.has_value(); });
    std::optional<ReplyMessage> reply = std::move(slot);
    open_.erase(number);
    return reply;
}

void OpenRequests::answer(ReplyMessage reply) {
    const std::lock_guard lock{mutex_};
    const auto found = open_.find(reply.number);
    if (found == open_.end()) return;
    found->second = std::move(reply);
    answered_.notify_all();
}

}  // namespace jobhost::worker
