#include "host/plugin/worker_child.hpp"

#include "host/worker/limits.hpp"

#include <jobhost/extensions.h>

#include <sys/socket.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <fcntl.h>
#include <stdexcept>
#include <system_error>

namespace jobhost::host {
namespace {

namespace asio = boost::asio;
using worker::MessageType;

// What is read in one turn of the loop: a worker that floods us shares the thread with all others.
constexpr std::size_t kBytesPerTurn = std::size_t{256} << 10;
constexpr Duration kEndAfterSocket = std::chrono::seconds{1};
// Answers that a worker has not fetched; it cannot have so many if it waits for them.
constexpr std::size_t kMostUnsent = std::size_t{32} << 20;
constexpr std::size_t kMostOpenRequests = 2 * worker::kMaxOpenRequests;
constexpr std::size_t kReadSize = std::size_t{64} << 10;

void check_sizes(const RunRequest& request) {
    if (request.arguments.size() > worker::kMaxArguments)
        throw std::invalid_argument{"the arguments are larger than 1 MiB"};
    if (request.idempotency_key.size() > worker::kMaxKey || request.definition.size() > worker::kMaxKey)
        throw std::invalid_argument{"the idempotency key or the definition's name is longer than 4096 bytes"};
}

worker::ParentMessage message_of(const ParentEnd& end) {
    worker::ParentMessage message;
    message.on = to_string(end.parent.on);
    message.flags = end.is_met.value_or(false) ? JOBHOST_PARENT_MET : 0;
    if (const auto* batch = std::get_if<BatchId>(&end.parent.of)) {
        message.id = batch->value;
        message.flags |= JOBHOST_PARENT_BATCH;
    } else {
        message.id = std::get<JobId>(end.parent.of).value;
    }
    return message;
}

// Results as long as there is room in the message: a thousand large ones do not fit.
std::vector<worker::ParentMessage> messages_of(const std::vector<ParentEnd>& parents) {
    std::vector<worker::ParentMessage> messages;
    std::size_t size = 0;
    for (const ParentEnd& end : parents) {
        worker::ParentMessage& message = messages.emplace_back(message_of(end));
        if (end.result.empty()) continue;
        if (end.result.size() > worker::kMaxResult || size + end.result.size() > worker::kMaxParentResults) {
            message.flags |= JOBHOST_PARENT_RESULT_CUT;
            continue;
        }
        size += end.result.size();
        message.result = end.result;
    }
    return messages;
}

// Asio closes what it watches.
worker::Descriptor duplicate(int descriptor) {
    worker::Descriptor copy{fcntl(descriptor, F_DUPFD_CLOEXEC, 0)};
    if (!copy) throw std::system_error{errno, std::generic_category(), "dup of a worker's end"};
    return copy;
}

}  // namespace

WorkerChild::WorkerChild(asio::io_context& io, StartedWorker worker, WorkerObserver& observer,
                         const WorkerOptions& options)
    : observer_{&observer},
      patience_{options.start_timeout},
      body_{std::move(worker.body)},
      page_{std::move(worker.page)},
      scratch_{std::move(worker.scratch)},
      end_{io, duplicate(body_->descriptor()).release()},
      control_{io, worker.control.release()},
      out_{io, std::move(worker.out)},
      err_{io, std::move(worker.err)},
      timer_{io},
      most_output_{options.hosting.limits.output} {}

void WorkerChild::listen() {
    listen_to_control();
    listen_to_output(out_, Stream::out);
    listen_to_output(err_, Stream::err);
    listen_to_body();
    start_timer(patience_);
}

void WorkerChild::run(const RunRequest& request) {
    assert(has_room() && "a worker has but so many runs");
    check_sizes(request);
    const auto type = plugin_.find(request.type);
    if (!type) throw std::invalid_argument{"plugin " + plugin_.name + " has no job type " + request.type};

    const bool is_queued = is_running();
    runs_.push_back({.number = ++last_run_,
                     .job = request.job,
                     .is_queued = is_queued,
                     .output = LineBudget{most_output_},
                     .log = LineBudget{most_output_}});
    follow_fence();
    worker::RunMessage message;
    message.job = request.job.value;
    message.lease = request.lease.value;
    message.attempt = static_cast<std::uint32_t>(request.attempt);
    message.scheduled_at = request.scheduled_at ? request.scheduled_at->time_since_epoch().count() : 0;
    message.type = static_cast<std::uint32_t>(*type);
    message.idempotency_key = request.idempotency_key;
    message.definition = request.definition;
    message.arguments = request.arguments;
    message.payload_version = static_cast<std::uint32_t>(request.payload_version);
    message.parents = messages_of(request.parents);
    message.is_queued = is_queued;
    send(MessageType::run, last_run_, encode(message));
}

bool WorkerChild::has_room() const noexcept {
    return phase_ == Phase::ready && !was_killed_ && fault_.empty() && !has_ended_ && !has_lost_output_ &&
           !is_recalling_ && runs_.size() < worker::kMaxRunsOfWorker;
}

void WorkerChild::recall() {
    if (phase_ != Phase::ready || is_recalling_ || runs_.empty()) return;
    is_recalling_ = true;
    send(MessageType::recall, 0, {});
}

std::optional<worker::Progress> WorkerChild::progress() const {
    return page_.progress(is_running() ? runs_.front().number : last_run_);
}

void WorkerChild::ask_to_stop(std::uint32_t bits) {
    Run* const run = present();
    if (run == nullptr) return;
    run->asked |= bits;
    page_.set_stop(run->number, run->asked);
}

void WorkerChild::exit() {
    assert(!is_running() && "first let the run end, or kill it");
    if (phase_ != Phase::ready && phase_ != Phase::starting) return;
    phase_ = Phase::leaving;
    send(MessageType::exit, 0, {});
    start_timer(patience_);
}

void WorkerChild::send(MessageType type, std::uint64_t number, std::string_view payload) {
    const bool is_waiting = !unsent_.empty();
    unsent_ += frame(type, number, payload);
    if (!is_waiting) write_control();
}

void WorkerChild::write_control() {
    while (!unsent_.empty() && control_.is_open()) {
        const ssize_t sent = ::send(control_.native_handle(), unsent_.data(), unsent_.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0 && errno == EAGAIN) {
            control_.async_wait(asio::posix::stream_descriptor::wait_write,
                                [self = shared_from_this()](const boost::system::error_code& error) {
                                    if (!error) self->write_control();
                                });
            return;
        }
        // A dead worker: the process or the reading side will say so.
        if (sent < 0) return unsent_.clear();
        unsent_.erase(0, static_cast<std::size_t>(sent));
    }
}

void WorkerChild::listen_to_control() {
    control_.async_wait(asio::posix::stream_descriptor::wait_read,
                        [self = shared_from_this()](const boost::system::error_code& error) {
                            if (error) return;
                            self->read_control(kBytesPerTurn);
                            if (self->control_.is_open()) self->listen_to_control();
                        });
}

void WorkerChild::read_control(std::size_t most) {
    try {
        for (std::size_t total = 0; total < most && control_.is_open();) {
            const std::span<char> space = frames_.space(kReadSize);
            const ssize_t got = ::recv(control_.native_handle(), space.data(), space.size(), 0);
            if (got < 0 && errno == EINTR) continue;
            if (got < 0 && errno == EAGAIN) return;
            if (got <= 0) return on_socket_lost();
            frames_.commit(static_cast<std::size_t>(got));
            total += static_cast<std::size_t>(got);
            while (const auto frame = frames_.next()) {
                handle(*frame);
                if (!control_.is_open()) return;
            }
            if (static_cast<std::size_t>(got) < space.size()) return;  // nothing more just now
        }
    } catch (const worker::ProtocolError& error) {
        give_up(std::string{"broke the protocol: "} + error.what());
    }
}

void WorkerChild::handle(const worker::Frame& frame) {
    switch (frame.type) {
        case MessageType::ready:
            return handle_ready(frame);
        case MessageType::refused:
            return handle_refused(frame);
        case MessageType::log:
            return handle_log(frame);
        case MessageType::done:
            return handle_done(frame);
        case MessageType::request:
            return handle_request(frame);
        case MessageType::recalled:
            return handle_recalled(frame);
        case MessageType::run:
        case MessageType::recall:
        case MessageType::exit:
        case MessageType::reply:
            break;
    }
    throw worker::ProtocolError{"a message that only a host sends"};
}

void WorkerChild::handle_ready(const worker::Frame& frame) {
    PluginDescription plugin = describe(worker::decode_ready(frame.payload));
    if (phase_ == Phase::leaving) return;  // exit() was called meanwhile
    if (phase_ != Phase::starting) throw worker::ProtocolError{"it was ready twice"};
    drain_output();
    timer_.cancel();
    plugin_ = std::move(plugin);
    phase_ = has_ended_ ? Phase::leaving : Phase::ready;
    tell([&](WorkerObserver& observer) { observer.on_ready(plugin_); });
}

void WorkerChild::handle_refused(const worker::Frame& frame) {
    const worker::RefusedMessage message = worker::decode_refused(frame.payload);
    if (phase_ == Phase::leaving) return;
    if (phase_ != Phase::starting) throw worker::ProtocolError{"it refused its plugin too late"};
    drain_output();
    refuse(message.reason, message.remedy);
    start_timer(patience_);
}

void WorkerChild::handle_log(const worker::Frame& frame) {
    const worker::LogMessage message = worker::decode_log(frame.payload);
    Run* const run = frame.run == 0 || !is_running() || frame.run != present()->number ? nullptr : present();
    if (run != nullptr && message.level == LogLevel::warning) ++run->warnings;
    const std::optional<JobId> job = run != nullptr ? std::optional{run->job} : std::nullopt;
    switch ((run != nullptr ? run->log : log_).take(message.line.size())) {
        case LineBudget::Verdict::pass:
            return tell([&](WorkerObserver& observer) { observer.on_log(job, message.level, message.line); });
        case LineBudget::Verdict::last:
            return tell([&](WorkerObserver& observer) {
                observer.on_log(job, LogLevel::warning, "further log lines dropped");
            });
        case LineBudget::Verdict::drop:
            return;
    }
}

// A worker that keeps the rules asks no more at once than it may, except for requests that it has given up.
void WorkerChild::handle_request(const worker::Frame& frame) {
    worker::RequestMessage request = worker::decode_request(frame.payload);
    if (!is_running() || frame.run != present()->number)
        return answer(frame.run, {.number = request.number,
                                  .status = JOBHOST_LOST,
                                  .body = {},
                                  .problem = "the run that asks has ended"});
    if (present()->requests.size() >= kMostOpenRequests)
        return answer(frame.run, {.number = request.number,
                                  .status = JOBHOST_UNAVAILABLE,
                                  .body = {},
                                  .problem = "the host has not answered earlier requests of this run yet"});
    if (!present()->requests.insert(request.number).second)
        throw worker::ProtocolError{"two requests have the same number"};
    tell([&](WorkerObserver& observer) { observer.on_request(std::move(request)); });
}

void WorkerChild::reply(const worker::ReplyMessage& message) {
    if (is_running() && present()->requests.erase(message.number) > 0) answer(present()->number, message);
}

void WorkerChild::answer(std::uint64_t run, const worker::ReplyMessage& message) {
    if (unsent_.size() > kMostUnsent) return give_up("does not read what it is answered");
    send(MessageType::reply, run, encode(message));
}

void WorkerChild::handle_done(const worker::Frame& frame) {
    worker::DoneMessage message = worker::decode_done(frame.payload);
    if (!is_running() || frame.run != present()->number)
        throw worker::ProtocolError{"it ended a run that it does not have"};
    if (message.is_last) has_lost_output_ = true;
    finish(to_result(std::move(message), present()->asked));
}

// All from that number on; 0: none.
void WorkerChild::handle_recalled(const worker::Frame& frame) {
    if (!std::exchange(is_recalling_, false)) throw worker::ProtocolError{"it gives back what nobody wants"};
    const auto first = std::ranges::find(runs_, frame.run, &Run::number);
    if (frame.run != 0 && first == runs_.end())
        throw worker::ProtocolError{"it gives back a run that it does not have"};
    give_back(static_cast<std::size_t>(runs_.end() - first));
}

// A process that ends closes its socket first, so most often its end follows at once and tells the true
// cause.
void WorkerChild::on_socket_lost() {
    hang_up();
    if (!has_ended_) start_timer(kEndAfterSocket);
}

void WorkerChild::give_up(const std::string& fault) {
    if (fault_.empty() && !was_killed_ && !has_ended_) fault_ = fault;
    hang_up();
    body_->kill();
}

}  // namespace jobhost::host
