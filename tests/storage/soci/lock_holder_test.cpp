#include "storage/soci/lock_holder.hpp"

#include "tests/support/temporary_folder.hpp"

#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <csignal>
#include <fcntl.h>
#include <unistd.h>

namespace jobhost::storage {
namespace {

struct LockHolderTest : testing::Test {
    test::TemporaryFolder folder;
    std::filesystem::path file = folder / "lock";

    void SetUp() override { folder.write("lock", ""); }
    std::string holder() const { return lock_holder({&file, 1}); }
};

// Another process, which holds a lock on a file from its beginning to its end.
class Holder {
public:
    template <class Lock>
    Holder(const std::filesystem::path& file, Lock lock) : pid_{::fork()} {
        if (pid_ == 0) {
            ::prctl(PR_SET_PDEATHSIG, SIGKILL);
            const int descriptor = ::open(file.c_str(), O_RDWR);
            ::raise(descriptor >= 0 && lock(descriptor) ? SIGSTOP : SIGKILL);
            for (;;)
                ::pause();
        }
        ::waitpid(pid_, nullptr, WUNTRACED);
    }
    Holder(const Holder&) = delete;
    Holder& operator=(const Holder&) = delete;
    ~Holder() { end(); }

    void end() {
        if (pid_ <= 0) return;
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
        pid_ = 0;
    }
    void go_on() {
        ::kill(pid_, SIGCONT);
        ::waitpid(pid_, nullptr, WCONTINUED);
    }
    std::string pid() const { return std::to_string(pid_); }

private:
    pid_t pid_;
};

bool lock_whole(int descriptor) {
    return ::flock(descriptor, LOCK_EX) == 0;
}

bool lock_record(int descriptor, short type) {
    struct flock record {};
    record.l_type = type;
    record.l_whence = SEEK_SET;
    record.l_start = 120;
    record.l_len = 1;
    return ::fcntl(descriptor, F_SETLK, &record) == 0;
}

TEST_F(LockHolderTest, IsNamedWithItsProgramForAsLongAsItHoldsTheLock) {
    Holder other{file, lock_whole};
    other.go_on();
    EXPECT_TRUE(holder().starts_with("process " + other.pid() + " (")) << holder();
    EXPECT_FALSE(holder().ends_with("stopped")) << holder();
    other.end();
    EXPECT_EQ(holder(), "");
}

TEST_F(LockHolderTest, IsSaidToBeStopped) {
    const Holder other{file, lock_whole};
    EXPECT_TRUE(holder().ends_with("), which is stopped")) << holder();
}

TEST_F(LockHolderTest, IsNamedForALockOnAPartOfTheFileToo) {
    const Holder other{file, [](int descriptor) { return lock_record(descriptor, F_WRLCK); }};
    EXPECT_TRUE(holder().starts_with("process " + other.pid())) << holder();
}

TEST_F(LockHolderTest, OneThatReadsIsNone) {
    const Holder other{file, [](int descriptor) { return lock_record(descriptor, F_RDLCK); }};
    EXPECT_EQ(holder(), "");
}

TEST_F(LockHolderTest, OfAFileThatIsNotThereIsNone) {
    file = folder / "nothing";
    EXPECT_EQ(holder(), "");
}

}  // namespace
}  // namespace jobhost::storage
