// What stands between the outputs of two runs, if the second was queued behind the first: when the host hears
// that the first is done, the second may have printed already.
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace jobhost::worker {

// "The output of run number … begins here": the prefix, the number in 16 hexadecimal digits, a newline.
inline constexpr std::string_view kOutputMarkPrefix{"\0\x1e/jobhost/run/", 15};
inline constexpr std::size_t kOutputMarkSize = kOutputMarkPrefix.size() + 17;

inline std::string output_mark(std::uint64_t run) {
    std::string text{kOutputMarkPrefix};
    constexpr std::string_view kDigits = "0123456789abcdef";
    for (int shift = 60; shift >= 0; shift -= 4)
        text += kDigits[(run >> shift) & 0xF];
    return text + '\n';
}

// The number in what begins with the prefix and is as long as a mark; nothing: it is none.
inline std::optional<std::uint64_t> run_of_output_mark(std::string_view mark) {
    std::uint64_t run = 0;
    const char* const begin = mark.data() + kOutputMarkPrefix.size();
    const auto [end, error] = std::from_chars(begin, begin + 16, run, 16);
    if (error != std::errc{} || end != begin + 16 || *end != '\n') return std::nullopt;
    return run;
}

}  // namespace jobhost::worker
