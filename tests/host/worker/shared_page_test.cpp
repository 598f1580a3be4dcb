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
    worker.begin_run(1);
    std::thread stopper{[&] { host.set_stop(1, 2); }};
    EXPECT_EQ(worker.wait_for_stop(20s), 2u);
    stopper.join();
}

TEST_F(SharedPageTest, StopIsNothingToAnyOtherRun) {
    host.set_stop(2, 1);
    worker.begin_run(1);
    EXPECT_EQ(worker.stop_requested(), 0u);
    EXPECT_EQ(worker.wait_for_stop(1ms), 0u);
    worker.begin_run(2);
    EXPECT_EQ(worker.stop_requested(), 1u);
    worker.begin_run(3);
    EXPECT_EQ(worker.stop_requested(), 0u);
    EXPECT_EQ(host.run(), 3u);
}

TEST_F(SharedPageTest, WaitingEndsWithItsTimeout) {
    worker.begin_run(1);
    EXPECT_EQ(worker.wait_for_stop(1ms), 0u);
    EXPECT_EQ(worker.wait_for_stop(-5s), 0u);
    host.set_stop(1, 1);
    EXPECT_EQ(worker.wait_for_stop(std::chrono::microseconds::max()), 1u);
}

TEST_F(SharedPageTest, ProgressIsNothingUntilItIsTold) {
    worker.begin_run(1);
    EXPECT_FALSE(host.progress(1));
    worker.set_progress(0.5, "half way");
    ASSERT_TRUE(host.progress(1));
    EXPECT_EQ(host.progress(1)->fraction, 0.5);
    EXPECT_EQ(host.progress(1)->note, "half way");
    EXPECT_FALSE(host.progress(2));
    worker.begin_run(2);
    EXPECT_FALSE(host.progress(1));
    EXPECT_FALSE(host.progress(2));
}

TEST_F(SharedPageTest, RubbishInThePageDoesNoHarm) {
    void* bytes = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, host.descriptor(), 0);
    ASSERT_NE(bytes, MAP_FAILED);
    std::mt19937 random{1};
    for (int round = 0; round < 2000; ++round) {
        for (int i = 0; i < 4096; ++i)
            static_cast<unsigned char*>(bytes)[i] = static_cast<unsigned char>(random());
        if (const auto progress = host.progress(host.run())) {
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
