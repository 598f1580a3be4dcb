// A worker does not outlive its host, and the lock that both hold tells when both are gone.
#include "tests/host/plugin/worker_fixture.hpp"
#include "tests/support/temporary_folder.hpp"

#include <sys/file.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <csignal>
#include <fcntl.h>
#include <poll.h>

namespace jobhost::host {
namespace {

// A host in a process of its own: its worker runs `type` when wait_for_worker() returns.
class OtherHost {
public:
    OtherHost(const std::filesystem::path& lock_file, const std::string& type) {
        // The child must not touch what gtest has not printed yet.
        fflush(nullptr);
        if (pipe2(pipe_, O_CLOEXEC) != 0) ADD_FAILURE() << "pipe";
        test_plugin("jobs");  // so that its folder is ours, and goes
        pid_ = fork();
        if (pid_ == 0) {
            serve(lock_file, type);
            _exit(1);
        }
        close(pipe_[1]);
    }
    ~OtherHost() {
        kill();
        if (worker_ > 0) ::kill(worker_, SIGKILL);
        close(pipe_[0]);
    }
    pid_t wait_for_worker() {
        EXPECT_EQ(read(pipe_[0], &worker_, sizeof worker_), static_cast<ssize_t>(sizeof worker_));
        return worker_;
    }
    void kill() {
        if (pid_ > 0) {
            ::kill(pid_, SIGKILL);
            waitpid(pid_, nullptr, 0);
        }
        pid_ = -1;
    }

private:
    // In the child. Never returns normally.
    void serve(const std::filesystem::path& lock_file, const std::string& type) const {
        const int lock = open(lock_file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        if (flock(lock, LOCK_SH | LOCK_NB) != 0) return;
        WorkerOptions options = test_options();
        options.lock_descriptor = lock;
        boost::asio::io_context io{1};
        struct Starter : RecordingObserver {
            WorkerProcess* process = nullptr;
            std::string type;
            int pipe = -1;
            void on_ready(const PluginDescription&) override {
                RunRequest request;
                request.type = "jobs." + type;
                request.arguments = "{}";
                process->run(request);
            }
            // The job tells us with its first line that it runs.
            void on_output(std::optional<JobId>, Stream, const std::string&) override {
                const pid_t pid = process->pid();
                if (write(pipe, &pid, sizeof pid) < 0) _exit(1);
            }
        } starter;
        WorkerProcess process{io, PluginImage::open(test_plugin("jobs"), {}), options, starter};
        starter.process = &process;
        starter.type = type;
        starter.pipe = pipe_[1];
        io.run();
    }

    int pipe_[2] = {-1, -1};
    pid_t pid_ = -1;
    pid_t worker_ = -1;
};

// True if the process behind the pidfd ends within `most`.
bool ends_within(int process, std::chrono::milliseconds most) {
    pollfd end{process, POLLIN, 0};
    return poll(&end, 1, static_cast<int>(most.count())) == 1;
}

bool is_lock_free(const std::filesystem::path& file) {
    const worker::Descriptor lock{open(file.c_str(), O_RDWR | O_CLOEXEC)};
    return flock(lock.get(), LOCK_EX | LOCK_NB) == 0;
}

TEST(Orphan, SpinningWorkerIsGoneWithinASecondOfItsHost) {
    const test::TemporaryFolder folder;
    OtherHost host{folder / "lock", "say_and_spin"};
    const worker::Descriptor worker{static_cast<int>(syscall(SYS_pidfd_open, host.wait_for_worker(), 0))};
    ASSERT_TRUE(worker);

    host.kill();

    EXPECT_TRUE(ends_within(worker.get(), 1s));
    EXPECT_TRUE(is_lock_free(folder / "lock"));
}

struct LockTest : WorkerTest {
    const test::TemporaryFolder folder;
    worker::Descriptor lock{open((folder / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};

    void SetUp() override {
        ASSERT_EQ(flock(lock.get(), LOCK_SH | LOCK_NB), 0);
        WorkerOptions options = test_options();
        options.lock_descriptor = lock.get();
        start(options);
    }
};

TEST_F(LockTest, IsFreeOnlyWhenHostAndWorkerAreBothGone) {
    // For the lock, a host that has closed its descriptor has gone.
    lock = worker::Descriptor{};
    EXPECT_FALSE(is_lock_free(folder / "lock")) << "the worker still lives";
    process.reset();
    EXPECT_TRUE(is_lock_free(folder / "lock"));
}

TEST_F(LockTest, IsHeldByTheHostWhenItsWorkerDies) {
    run("crash");
    EXPECT_TRUE(wait_for_end());
    EXPECT_FALSE(is_lock_free(folder / "lock"));
}

TEST_F(LockTest, APluginCannotUndoThatOfItsHost) {
    ASSERT_EQ(run("unlock").how, How::succeeded);
    EXPECT_FALSE(is_lock_free(folder / "lock"));
}

}  // namespace
}  // namespace jobhost::host
