#include "host/worker/shared_page.hpp"

#include "host/worker/limits.hpp"
#include "host/worker/utf8.hpp"

#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cerrno>
#include <climits>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <system_error>

namespace jobhost::worker {
namespace {

constexpr std::size_t kPageSize = 4096;
constexpr std::size_t kNoteWords = kMaxProgressNote / sizeof(std::uint64_t);
static_assert(kNoteWords * sizeof(std::uint64_t) == kMaxProgressNote);

// Bits and whose they are, in one word: those of a run that has just ended are nothing to the next one.
constexpr std::uint32_t kStopBits = 0xFF;
std::uint32_t stop_word(std::uint64_t run, std::uint32_t bits) {
    return static_cast<std::uint32_t>(run << 8) | (bits & kStopBits);
}

[[noreturn]] void fail(const char* what) {
    throw std::system_error{errno, std::generic_category(), what};
}

}  // namespace

// A memfd begins as zeros, which is the right beginning for every member. Words are atomic because the other
// process writes them; the progress is guarded by a sequence number that is odd while it is being written.
struct SharedPage::Layout {
    alignas(64) std::atomic<std::uint32_t> stop;  // stop_word(); also the futex
    std::atomic<std::int64_t> fence;

    alignas(64) std::atomic<std::uint64_t> run;
    std::atomic<std::uint32_t> sequence;
    std::atomic<std::uint32_t> note_size;
    std::atomic<std::uint64_t> fraction;
    std::array<std::atomic<std::uint64_t>, kNoteWords> note;
};

BootTime boot_time_now() noexcept {
    timespec now{};
    clock_gettime(CLOCK_BOOTTIME, &now);
    return std::chrono::seconds{now.tv_sec} + std::chrono::nanoseconds{now.tv_nsec};
}

SharedPage SharedPage::create() {
    static_assert(sizeof(Layout) <= kPageSize && std::atomic<std::uint64_t>::is_always_lock_free);
    Descriptor memory{memfd_create("jobhost-page", MFD_CLOEXEC | MFD_ALLOW_SEALING)};
    if (!memory) fail("memfd_create");
    if (ftruncate(memory.get(), kPageSize) != 0) fail("ftruncate of a shared page");
    if (fcntl(memory.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0)
        fail("sealing a shared page");
    return attach(std::move(memory));
}

SharedPage SharedPage::attach(Descriptor memory) {
    void* page = mmap(nullptr, kPageSize, PROT_READ | PROT_WRITE, MAP_SHARED, memory.get(), 0);
    if (page == MAP_FAILED) fail("mmap of a shared page");
    return SharedPage{std::move(memory), static_cast<Layout*>(page)};
}

SharedPage::SharedPage(SharedPage&& other) noexcept
    : memory_{std::move(other.memory_)}, page_{std::exchange(other.page_, nullptr)} {}

SharedPage::~SharedPage() {
    if (page_) munmap(page_, kPageSize);
}

void SharedPage::begin_run(std::uint64_t number) noexcept {
    // The number last, so that who sees it sees no progress of the run before.
    page_->sequence.store(0, std::memory_order_relaxed);
    page_->run.store(number, std::memory_order_release);
}

void SharedPage::set_stop(std::uint64_t run, std::uint32_t bits) noexcept {
    page_->stop.store(stop_word(run, bits), std::memory_order_release);
    syscall(SYS_futex, &page_->stop, FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0);
}

void SharedPage::set_fence(BootTime deadline) noexcept {
    page_->fence.store(deadline.count(), std::memory_order_release);
}

BootTime SharedPage::fence() const noexcept {
    return BootTime{page_->fence.load(std::memory_order_acquire)};
}

std::uint64_t SharedPage::run() const noexcept {
    return page_->run.load(std::memory_order_acquire);
}

std::uint32_t SharedPage::stop_requested() const noexcept {
    const std::uint32_t word = page_->stop.load(std::memory_order_acquire);
    return (word & ~kStopBits) == stop_word(run(), 0) ? word & kStopBits : 0;
}

std::uint32_t SharedPage::wait_for_stop(std::chrono::microseconds timeout) const noexcept {
    using Steady = std::chrono::steady_clock;
    constexpr std::chrono::microseconds kLongest = std::chrono::hours{24 * 365};
    const auto deadline = Steady::now() + std::clamp(timeout, std::chrono::microseconds{0}, kLongest);
    for (;;) {
        const std::uint32_t word = page_->stop.load(std::memory_order_acquire);
        const std::uint32_t bits = stop_requested();
        const auto left = std::chrono::ceil<std::chrono::nanoseconds>(deadline - Steady::now()).count();
        if (bits != 0 || left <= 0) return bits;
        const timespec time{static_cast<time_t>(left / 1'000'000'000),
                            static_cast<long>(left % 1'000'000'000)};
        syscall(SYS_futex, &page_->stop, FUTEX_WAIT, word, &time, nullptr, 0);
    }
}

void SharedPage::set_progress(double fraction, std::string_view note) noexcept {
    const std::uint32_t before = page_->sequence.load(std::memory_order_relaxed) & ~1U;
    page_->sequence.store(before + 1, std::memory_order_relaxed);
    // Each store releases, because a reader that sees the new word must also see the odd number before it.
    // (Fences would do with plain words, but ThreadSanitizer does not understand them.)
    page_->fraction.store(std::bit_cast<std::uint64_t>(fraction), std::memory_order_release);
    page_->note_size.store(static_cast<std::uint32_t>(note.size()), std::memory_order_release);
    for (std::size_t i = 0; i * sizeof(std::uint64_t) < note.size(); ++i) {
        std::uint64_t word = 0;
        const std::string_view part = note.substr(i * sizeof word, sizeof word);
        std::memcpy(&word, part.data(), part.size());
        page_->note[i].store(word, std::memory_order_release);
    }
    page_->sequence.store(before + 2, std::memory_order_release);
}

std::optional<Progress> SharedPage::progress(std::uint64_t run) const {
    if (this->run() != run) return std::nullopt;
    const std::uint32_t before = page_->sequence.load(std::memory_order_acquire);
    if (before == 0 || before % 2 != 0) return std::nullopt;
    const double fraction = std::bit_cast<double>(page_->fraction.load(std::memory_order_acquire));
    const std::size_t size = page_->note_size.load(std::memory_order_acquire);
    std::array<std::uint64_t, kNoteWords> words{};
    for (std::size_t i = 0; i < kNoteWords; ++i)
        words[i] = page_->note[i].load(std::memory_order_acquire);
    if (page_->sequence.load(std::memory_order_acquire) != before || this->run() != run) return std::nullopt;
    // Also false for a fraction that is not a number.
    if (!(fraction >= 0 && fraction <= 1) || size > kMaxProgressNote) return std::nullopt;
    return Progress{fraction, clean_utf8({reinterpret_cast<const char*>(words.data()), size})};
}

}  // namespace jobhost::worker
