// One page of memory that the host and one worker share: what must be read or changed without a message,
// because the other side is busy running a job. The host believes nothing that it reads here: the job can
// write it too.
#pragma once

#include "host/worker/descriptor.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace jobhost::worker {

struct Progress {
    double fraction = 0;  // 0 to 1
    std::string note;     // at most kMaxProgressNote bytes of UTF-8, before cleaning
};

// An instant of CLOCK_BOOTTIME, which goes on while the machine sleeps.
using BootTime = std::chrono::nanoseconds;
BootTime boot_time_now() noexcept;

class SharedPage {
public:
    // A new page in a sealed memfd, so that a worker cannot shrink it under the host. Throws
    // std::system_error.
    static SharedPage create();
    // The page behind a descriptor from create(), which is taken over. Throws std::system_error.
    static SharedPage attach(Descriptor memory);

    SharedPage(SharedPage&& other) noexcept;
    SharedPage& operator=(SharedPage&&) = delete;
    ~SharedPage();

    int descriptor() const noexcept { return memory_.get(); }

    // Host. The stop bits of that run, JOBHOST_STOP_, all of them; no other run sees them. Wakes
    // wait_for_stop().
    void set_stop(std::uint64_t run, std::uint32_t bits) noexcept;
    // Host. From `deadline` on the worker must not live; {}: no fence. Moved before it passes, or the worker
    // dies.
    void set_fence(BootTime deadline) noexcept;
    // Host. Nothing: the run told none, is not the last one that began, or it is being written just now.
    std::optional<Progress> progress(std::uint64_t run) const;
    // The number of the run that began last.
    std::uint64_t run() const noexcept;

    // Worker. A run begins: no progress. [main thread]
    void begin_run(std::uint64_t number) noexcept;
    // Worker; any thread. Those of the run that began last.
    std::uint32_t stop_requested() const noexcept;
    std::uint32_t wait_for_stop(std::chrono::microseconds timeout) const noexcept;
    BootTime fence() const noexcept;
    // Worker; one thread at a time. REQUIRES: 0 <= fraction <= 1, note.size() <= kMaxProgressNote.
    void set_progress(double fraction, std::string_view note) noexcept;

private:
    struct Layout;
    SharedPage(Descriptor memory, Layout* page) noexcept : memory_{std::move(memory)}, page_{page} {}

    Descriptor memory_;
    Layout* page_;
};

}  // namespace jobhost::worker
