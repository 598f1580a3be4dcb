// The host as this plugin sees it: the only state of the C++ face.
#pragma once

#include <jobhost/extensions.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string_view>

#if defined(__GNUC__) && !defined(_WIN32)
#define JOBHOST_HIDDEN __attribute__((visibility("hidden")))
#else
#define JOBHOST_HIDDEN
#endif

namespace jobhost::detail {

constexpr jobhost_text to_text(std::string_view text) noexcept {
    return {text.data(), text.size()};
}
constexpr std::string_view to_view(jobhost_text text) noexcept {
    return text.size == 0 ? std::string_view() : std::string_view(text.data, text.size);
}

struct Host {
    jobhost_host* self = nullptr;
    jobhost_host_api api{};  // NULL where the host is older than this header
    jobhost_outcome_api outcome{};
    jobhost_parents_api parents{};
    jobhost_checkpoint_api checkpoint{};
    jobhost_step_api step{};
    jobhost_enqueue_api enqueue{};
    jobhost_scratch_api scratch{};
};

// Written by init() only, before any run. Hidden, because two plugins in one process must not share it.
JOBHOST_HIDDEN inline Host host;

// Copies a table as far as both sides know it.
template <class Table>
void copy_table(Table& to, const Table* from) noexcept {
    if (from) std::memcpy(&to, from, std::min<std::size_t>(from->struct_size, sizeof(Table)));
}
template <class Table>
void copy_extension(Table& to, std::string_view id) noexcept {
    if (host.api.get_extension)
        copy_table(to, static_cast<const Table*>(host.api.get_extension(host.self, to_text(id))));
}

// Copies the host's tables as far as both sides know it. What an older host lacks stays NULL; what a newer
// one has more is left alone.
inline void adopt(jobhost_host* self, const jobhost_host_api& api) noexcept {
    host = Host{};
    host.self = self;
    copy_table(host.api, &api);
    copy_extension(host.outcome, JOBHOST_OUTCOME_ID);
    copy_extension(host.parents, JOBHOST_PARENTS_ID);
    copy_extension(host.checkpoint, JOBHOST_CHECKPOINT_ID);
    copy_extension(host.step, JOBHOST_STEP_ID);
    copy_extension(host.enqueue, JOBHOST_ENQUEUE_ID);
    copy_extension(host.scratch, JOBHOST_SCRATCH_ID);
}

// Calls a function of the host if it offers it; otherwise answers `fallback`.
template <class Result, class... Parameters, class... Given>
Result call_or(Result fallback, Result(JOBHOST_CALL* function)(Parameters...), Given... given) noexcept {
    return function ? function(given...) : fallback;
}
// The same for the functions that answer how it went.
template <class... Parameters, class... Given>
jobhost_status call(jobhost_status(JOBHOST_CALL* function)(Parameters...), Given... given) noexcept {
    return call_or<jobhost_status>(JOBHOST_UNSUPPORTED, function, given...);
}

}  // namespace jobhost::detail
