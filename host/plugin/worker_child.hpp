// The inside of WorkerProcess: what Asio's handlers share with it.
#pragma once

#include "host/plugin/output_pipe.hpp"
#include "host/plugin/spawn.hpp"
#include "host/plugin/worker_observer.hpp"
#include "host/sync/timer.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>

#include <deque>
#include <memory>
#include <set>

namespace jobhost::host {

// I/O thread only. See WorkerProcess for what its functions promise.
class WorkerChild : public std::enable_shared_from_this<WorkerChild> {
public:
    WorkerChild(boost::asio::io_context& io, StartedWorker worker, WorkerObserver& observer,
                const WorkerOptions& options);

    void listen();   // once, after construction
    void abandon();  // no callback any more; kills and reaps

    bool is_idle() const noexcept { return phase_ == Phase::ready && runs_.empty(); }
    bool has_room() const noexcept;
    void run(const RunRequest& request);
    void recall();
    void reply(const worker::ReplyMessage& message);
    void ask_to_stop(std::uint32_t bits);
    void kill();
    void exit();
    void set_fence(worker::BootTime deadline) noexcept;
    bool was_fenced() const noexcept;
    std::optional<worker::Progress> progress() const;
    bool is_separate() const noexcept { return body_->is_separate(); }
    pid_t pid() const noexcept { return body_->pid(); }

private:
    enum class Phase {
        starting,  // spawned, not yet heard of
        ready,     // takes runs; also one that is being killed, as long as it has some
        leaving,   // refused, asked to exit, broken or being killed, and without a run
        ended,     // reaped
    };
    struct Run {
        std::uint64_t number = 0;
        JobId job;
        std::uint32_t asked = 0;  // stop bits
        bool is_queued = false;   // was sent while another one was under way
        int warnings = 0;
        std::set<std::int64_t> requests;  // numbers of those that are not answered
        LineBudget output;
        LineBudget log;
    };
    bool is_running() const noexcept { return !runs_.empty(); }
    // The number of the one that waits behind the present one; 0: none does.
    std::uint64_t next_run() const noexcept { return runs_.size() > 1 ? runs_[1].number : 0; }
    // What is told by the process now is of this one.
    Run* present() noexcept { return runs_.empty() ? nullptr : &runs_.front(); }

    // worker_child.cpp: the control socket.
    void listen_to_control();
    void read_control(std::size_t most);
    void handle(const worker::Frame& frame);
    void handle_ready(const worker::Frame& frame);
    void handle_refused(const worker::Frame& frame);
    void handle_log(const worker::Frame& frame);
    void handle_request(const worker::Frame& frame);
    void handle_done(const worker::Frame& frame);
    void handle_recalled(const worker::Frame& frame);
    void answer(std::uint64_t run, const worker::ReplyMessage& message);
    void send(worker::MessageType type, std::uint64_t number, std::string_view payload);
    void write_control();
    void on_socket_lost();
    // The worker cannot be trusted any more; `fault` becomes the reason of what ends.
    void give_up(const std::string& fault);

    // worker_child_end.cpp: output and the end of the worker.
    void listen_to_output(OutputPipe& pipe, Stream stream);
    LineSplitter::Sink output_sink(Stream stream);
    void drain_output();
    void resume_output();
    void give_back(std::size_t count);
    void listen_to_body();
    void on_body_end();
    void on_too_late();
    void start_timer(Duration patience);
    void follow_fence() noexcept;
    void hang_up() noexcept;
    void finish(RunResult result);
    void refuse(const std::string& reason, const std::string& remedy);
    void close() noexcept;

    // Calls the observer, unless it was abandoned meanwhile.
    template <class Call>
    void tell(Call&& call) {
        if (observer_) call(*observer_);
    }

    WorkerObserver* observer_;  // null: abandoned
    const Duration patience_;   // for ready, and for the end after exit()
    const std::unique_ptr<WorkerBody> body_;
    worker::SharedPage page_;
    std::optional<ScratchPlace> scratch_;  // until the worker has ended
    boost::asio::posix::stream_descriptor end_;
    boost::asio::posix::stream_descriptor control_;
    OutputPipe out_;
    OutputPipe err_;
    Timer timer_;

    Phase phase_ = Phase::starting;
    bool was_killed_ = false;  // by kill()
    worker::BootTime fence_{};
    bool has_missed_fence_ = false;  // an earlier one had passed when it was moved
    bool has_ended_ = false;
    bool has_lost_output_ = false;  // a job closed stdout or stderr
    std::string fault_;             // why we killed it, if it broke the rules
    PluginDescription plugin_;
    std::deque<Run> runs_;        // that have not ended, the present one first
    std::uint64_t last_run_ = 0;  // the number of the last one that was handed over
    bool is_recalling_ = false;
    const std::size_t most_output_;    // bytes
    LineBudget output_{most_output_};  // of what comes between runs
    LineBudget log_{most_output_};
    worker::FrameBuffer frames_;
    std::string unsent_;           // what the control socket did not take yet
    std::string last_error_line_;  // of stderr while starting; often the cause of a refusal
};

}  // namespace jobhost::host
