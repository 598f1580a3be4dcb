#include "host/worker/shared_page.hpp"

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <cstring>
#include <random>
#include <thread>
#include <unistd.h>

namespace jobhost::worker {
namespace {

using namespace std::chrono_literals;

struct SharedPageTest : testing::Test {
    SharedPage host = SharedPage::create();
    SharedPage worker = SharedPage::attach(Descriptor{dup(host.descriptor())});
};

TEST_F(SharedPageTest, StopReachesTheOtherSideAndWakesIt) {
    host.begin_run(1);
    std::thread stopper{[&] { host.raise_stop(2); }};
    EXPECT_EQ(worker.wait_for_stop(20s), 2u);
    stopper.join();

    host.begin_run(2);
    EXPECT_EQ(worker.stop_requested(), 0u);
    EXPECT_EQ(worker.run(), 2u);
}

TEST_F(SharedPageTest, WaitingEndsWithItsTimeout) {
    EXPECT_EQ(worker.wait_for_stop(1ms), 0u);
    EXPECT_EQ(worker.wait_for_stop(-5s), 0u);
    host.raise_stop(1);
    EXPECT_EQ(worker.wait_for_stop(std::chrono::microseconds::max()), 1u);
}

TEST_F(SharedPageTest, ProgressIsNothingUntilItIsTold) {
    host.begin_run(1);
    EXPECT_FALSE(host.progress());
    worker.set_progress(0.5, "half way");
    ASSERT_TRUE(host.progress());
    EXPECT_EQ(host.progress()->fraction, 0.5);
    EXPECT_EQ(host.progress()->note, "half way");
    host.begin_run(2);
    EXPECT_FALSE(host.progress());
}

TEST_F(SharedPageTest, RubbishInThePageDoesNoHarm) {
    void* bytes = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, host.descriptor(), 0);
    ASSERT_NE(bytes, MAP_FAILED);
    std::mt19937 random{1};
    for (int round = 0; round < 2000; ++round) {
        for (int i = 0; i < 4096; ++i)
            static_cast<unsigned char*>(bytes)[i] = static_cast<unsigned char>(random());
        if (const auto progress = host.progress()) {
            EXPECT_GE(progress->fraction, 0.0);
            EXPECT_LE(progress->fraction, 1.0);
        }
    }
    munmap(bytes, 4096);
}

TEST_F(SharedPageTest, PageCannotBeShrunk) {
    EXPECT_NE(ftruncate(worker.descriptor(), 0), 0);
}

}  // namespace
}  // namespace jobhost::worker
