#include "host/plugin/worker_process.hpp"

#include "host/plugin/worker_child.hpp"

namespace jobhost::host {

WorkerProcess::WorkerProcess(boost::asio::io_context& io, const PluginImage& image,
                             const WorkerOptions& options, WorkerObserver& observer, WorkerMode mode)
    : child_{std::make_shared<WorkerChild>(io, spawn_worker(options, image.descriptor(), mode), observer,
                                           options)} {
    child_->listen();
}

WorkerProcess::WorkerProcess(boost::asio::io_context& io, ResidentPlugin& resident,
                             const WorkerOptions& options, WorkerObserver& observer)
    : child_{std::make_shared<WorkerChild>(io, resident.start_worker(options.scratch), observer, options)} {
    child_->listen();
}

WorkerProcess::~WorkerProcess() {
    child_->abandon();
}

bool WorkerProcess::is_idle() const noexcept {
    return child_->is_idle();
}
bool WorkerProcess::has_room() const noexcept {
    return child_->has_room();
}
void WorkerProcess::recall() {
    child_->recall();
}
void WorkerProcess::run(const RunRequest& request) {
    child_->run(request);
}
void WorkerProcess::reply(const worker::ReplyMessage& message) {
    child_->reply(message);
}
void WorkerProcess::ask_to_stop(std::uint32_t bits) {
    child_->ask_to_stop(bits);
}
bool WorkerProcess::is_separate() const noexcept {
    return child_->is_separate();
}
void WorkerProcess::kill() {
    child_->kill();
}
void WorkerProcess::exit() {
    child_->exit();
}
void WorkerProcess::set_fence(worker::BootTime deadline) noexcept {
    child_->set_fence(deadline);
}
bool WorkerProcess::was_fenced() const noexcept {
    return child_->was_fenced();
}
std::optional<worker::Progress> WorkerProcess::progress() const {
    return child_->progress();
}
pid_t WorkerProcess::pid() const noexcept {
    return child_->pid();
}

}  // namespace jobhost::host
