// The part of WorkerChild that reads what is printed, and that sees the worker end.
#include "host/plugin/worker_child.hpp"

namespace jobhost::host {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kBytesPerTurn = std::size_t{64} << 10;
// At the end everything that is left is wanted; the bound is against a grandchild that goes on writing.
constexpr std::size_t kLastBytes = std::size_t{8} << 20;

std::string seconds(Duration time) {
    const auto whole = std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
    return whole % 1000 == 0 ? std::to_string(whole / 1000) + "s" : std::to_string(whole) + "ms";
}

}  // namespace

void WorkerChild::listen_to_output(OutputPipe& pipe, Stream stream) {
    if (!pipe.descriptor().is_open()) return;
    pipe.descriptor().async_wait(asio::posix::stream_descriptor::wait_read, [self = shared_from_this(), &pipe,
                                                                             stream](const auto& error) {
        if (error) return;
        if (!pipe.read(kBytesPerTurn, self->next_run(), self->output_sink(stream)))
            self->has_lost_output_ = true;
        else if (!pipe.is_held())  // otherwise resume_output() goes on
            self->listen_to_output(pipe, stream);
    });
}

LineSplitter::Sink WorkerChild::output_sink(Stream stream) {
    return [this, stream](const std::string& line) {
        if (phase_ == Phase::starting && stream == Stream::err && !line.empty()) last_error_line_ = line;
        Run* const run = present();
        const std::optional<JobId> job = run != nullptr ? std::optional{run->job} : std::nullopt;
        const LineBudget::Verdict verdict = (run != nullptr ? run->output : output_).take(line.size());
        if (verdict == LineBudget::Verdict::drop) return;
        const std::string text = verdict == LineBudget::Verdict::last ? "further output dropped" : line;
        tell([&](WorkerObserver& observer) { observer.on_output(job, stream, text); });
    };
}

// What belongs to the present run, or to none.
void WorkerChild::drain_output() {
    out_.end_run(next_run(), output_sink(Stream::out));
    err_.end_run(next_run(), output_sink(Stream::err));
}

// What stands behind a mark belongs to the run that is present now.
void WorkerChild::resume_output() {
    const auto resume = [this](OutputPipe& pipe, Stream stream) {
        if (!pipe.is_held()) return;
        pipe.resume(next_run(), output_sink(stream));
        if (!pipe.is_held() && pipe.descriptor().is_open()) listen_to_output(pipe, stream);
    };
    resume(out_, Stream::out);
    resume(err_, Stream::err);
}

void WorkerChild::finish(RunResult result) {
    drain_output();
    if (!is_running()) return;  // abandoned from inside a callback
    result.warnings = present()->warnings;
    runs_.pop_front();
    follow_fence();
    const bool is_over = has_ended_ || was_killed_ || !fault_.empty();
    if (!is_running() && is_over) phase_ = Phase::leaving;
    output_ = LineBudget{most_output_};  // what comes between runs has a budget of its own
    log_ = LineBudget{most_output_};
    // What later jobs print would be lost, or land in a file that took the number.
    if (has_lost_output_ && is_idle()) exit();
    if (has_lost_output_) recall();
    tell([&](WorkerObserver& observer) { observer.on_finished(std::move(result)); });
    resume_output();
}

// The last ones.
void WorkerChild::give_back(std::size_t count) {
    if (count == 0) return;
    runs_.erase(runs_.end() - static_cast<std::ptrdiff_t>(count), runs_.end());
    follow_fence();
    if (!is_running() && (has_ended_ || was_killed_ || !fault_.empty())) phase_ = Phase::leaving;
    if (has_lost_output_ && is_idle()) exit();
    tell([&](WorkerObserver& observer) { observer.on_not_begun(count); });
}

void WorkerChild::refuse(const std::string& reason, const std::string& remedy) {
    phase_ = Phase::leaving;
    timer_.cancel();
    tell([&](WorkerObserver& observer) { observer.on_refused(reason, remedy); });
}

void WorkerChild::start_timer(Duration patience) {
    timer_.after(patience, [self = shared_from_this()] { self->on_too_late(); });
}

void WorkerChild::on_too_late() {
    if (phase_ == Phase::ended) return;
    const bool has_lost_socket = !control_.is_open();
    if (body_->is_separate())
        body_->kill();
    else
        hang_up();
    if (has_lost_socket && fault_.empty() && !was_killed_) fault_ = "closed its socket";
    if (phase_ == Phase::starting && !has_lost_socket)
        refuse("did not become ready within " + seconds(patience_),
               "its static constructors and init() must be quick");
}

void WorkerChild::listen_to_body() {
    end_.async_wait(asio::posix::stream_descriptor::wait_read,
                    [self = shared_from_this()](const boost::system::error_code& error) {
                        if (!error) self->on_body_end();
                    });
}

void WorkerChild::on_body_end() {
    has_ended_ = true;
    // Children of jobs that stayed in the group end with it. The unreaped leader still holds the group's
    // number, so this cannot hit strangers.
    if (body_->is_separate()) body_->kill();
    read_control(kLastBytes);  // its last words
    const WorkerEnd end = body_->reap();
    const std::string how = fault_.empty() ? end.how : fault_;
    if (phase_ == Phase::starting) {
        drain_output();
        const std::string line = last_error_line_.empty() ? "" : " (its last line: " + last_error_line_ + ")";
        refuse("ended while it was loaded: " + how + line, "look at its static constructors and init()");
    }
    // A run that was queued may not have been reached: its worker's end is nothing to it then, as to those
    // behind it.
    const bool has_begun = is_running() && (!present()->is_queued || page_.run() == present()->number);
    give_back(runs_.size() - (has_begun ? 1 : 0));
    if (is_running()) {
        RunResult result;
        result.how = RunResult::How::crashed;
        result.error_message = how.starts_with("exited") ? how + " before the job ended" : how;
        result.was_killed = was_killed_;
        result.was_fenced = was_fenced() && end.was_killed && !was_killed_ && fault_.empty();
        finish(std::move(result));
    }
    if (phase_ == Phase::ended) return;  // abandoned from inside a callback
    drain_output();
    phase_ = Phase::ended;
    close();
    tell([&](WorkerObserver& observer) { observer.on_ended(how); });
}

void WorkerChild::kill() {
    if (phase_ == Phase::ended) return;
    if (!is_running()) phase_ = Phase::leaving;
    was_killed_ = true;
    if (is_running() || body_->is_separate())
        body_->kill();
    else
        hang_up();
}

// So that it ends as soon as it looks.
void WorkerChild::hang_up() noexcept {
    boost::system::error_code ignored;
    control_.close(ignored);
}

void WorkerChild::set_fence(worker::BootTime deadline) noexcept {
    has_missed_fence_ = was_fenced();
    fence_ = deadline;
    page_.set_fence(deadline);
    follow_fence();
}

void WorkerChild::follow_fence() noexcept {
    body_->follow_fence(is_running() ? fence_ : worker::BootTime{});
}

bool WorkerChild::was_fenced() const noexcept {
    return has_missed_fence_ || (fence_ != worker::BootTime{} && worker::boot_time_now() >= fence_);
}

void WorkerChild::close() noexcept {
    boost::system::error_code ignored;
    timer_.cancel();
    end_.close(ignored);
    control_.close(ignored);
    out_.close();
    err_.close();
    scratch_.reset();
}

void WorkerChild::abandon() {
    observer_ = nullptr;
    const bool was_running = is_running();
    runs_.clear();
    if (body_->is_separate()) {
        body_->kill();
        body_->reap();
    } else if (was_running) {
        body_->kill();
    }
    phase_ = Phase::ended;
    close();
}

}  // namespace jobhost::host
