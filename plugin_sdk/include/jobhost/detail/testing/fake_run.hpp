// One run in a test: what a jobhost_context stands for there.
#pragma once

#include <jobhost/detail/host.hpp>
#include <jobhost/detail/testing/facts.hpp>
#include <jobhost/detail/testing/json_reader.hpp>
#include <jobhost/json_text.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace jobhost::detail {

inline constexpr std::size_t kKilobyte = 1024;
inline constexpr std::size_t kMegabyte = 1024 * kKilobyte;

// As the host keeps a text: valid UTF-8 without NUL, at most `most` bytes.
inline std::string clean_and_cut(std::string_view text, std::size_t most) {
    std::string clean;
    for (const char c : utf8_text(text.substr(0, most)))
        clean += c == '\0' ? std::string_view("\xEF\xBF\xBD") : std::string_view(&c, 1);
    const auto continues = [&](std::size_t at) {
        return at < clean.size() && (static_cast<unsigned char>(clean[at]) & 0xC0U) == 0x80U;
    };
    std::size_t end = std::min(clean.size(), most);
    while (continues(end))
        --end;
    return clean.substr(0, end);
}

struct FakeRun {
    FakeRun(const testing::Given& its_given, std::chrono::microseconds its_timeout)
        : given(its_given), timeout(its_timeout) {
        left.saved = given.saved;
    }

    static FakeRun& of(jobhost_context* context) noexcept { return *reinterpret_cast<FakeRun*>(context); }
    jobhost_context* context() noexcept { return reinterpret_cast<jobhost_context*>(this); }

    // Throws std::invalid_argument for what no job can get.
    void set_arguments(std::string text) {
        if (text.size() > kMegabyte) throw std::invalid_argument("the arguments are larger than 1 MiB");
        arguments_text = std::move(text);
        arguments = JsonReader::read(arguments_text);
        if (!arguments.as<Json::Object>()) throw std::invalid_argument("the arguments are no JSON object");
    }

    // What follows REQUIRES that `mutex` is held.

    // The JOBHOST_STOP_ bits, as the job sees them when it looks.
    std::uint32_t look() noexcept {
        if (given.cancelled_after && looks >= *given.cancelled_after) stop |= JOBHOST_STOP_CANCEL;
        if (given.drained_after && looks >= *given.drained_after) stop |= JOBHOST_STOP_DRAIN;
        ++looks;
        return stop;
    }
    // Moves the clock, but not past the timeout, which cancels the run.
    std::uint32_t wait(std::chrono::microseconds asked) {
        left.waits.push_back(asked);
        if (look() != 0) return stop;
        const std::chrono::microseconds most = timeout - waited;
        waited += std::clamp(asked, std::chrono::microseconds{0}, most);
        if (waited == timeout) stop |= JOBHOST_STOP_CANCEL;
        return stop;
    }
    // A text that lives as long as the run.
    jobhost_text keep(std::string text) { return to_text(texts.emplace_back(std::move(text))); }
    // What is saved as the job sees it: what was there when it asked for the first time, and its own steps.
    testing::Saved& seen_saved() {
        if (!seen) seen = left.saved;
        return *seen;
    }

    const testing::Given& given;
    const std::chrono::microseconds timeout;
    const std::string idempotency_key = "jobhost-" + std::to_string(given.id);
    std::string arguments_text;
    Json arguments;

    std::mutex mutex;  // of what follows
    testing::Run left;
    std::string result;  // JSON; it counts if the run succeeds
    std::optional<testing::Saved> seen;
    std::int64_t calls = 0;  // of enqueue() so far
    std::size_t bytes_on_success = 0;
    std::deque<std::string> texts;  // handed to the job
    std::uint32_t looks = 0;
    std::uint32_t stop = 0;  // JOBHOST_STOP_ bits
    std::chrono::microseconds waited{0};
};

}  // namespace jobhost::detail
