// What may cross the border between host and worker, in bytes unless said otherwise. Both sides enforce it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace jobhost::worker {

// Raised with every change of the wire format or of the shared page. A package upgrade may put a newer worker
// program beside a host that still runs, and the two must not misread each other.
inline constexpr int kProtocolVersion = 2;

inline constexpr std::size_t kMaxMessage = std::size_t{4} << 20;
inline constexpr std::size_t kMaxArguments = std::size_t{1} << 20;
inline constexpr std::size_t kMaxResult = std::size_t{64} << 10;
inline constexpr std::size_t kMaxLogLine = std::size_t{64} << 10;
inline constexpr std::size_t kMaxErrorCode = 100;
inline constexpr std::size_t kMaxErrorMessage = std::size_t{8} << 10;
inline constexpr std::size_t kMaxErrorDetail = std::size_t{64} << 10;
inline constexpr std::int64_t kMaxSnooze = std::int64_t{365} * 24 * 3600 * 1'000'000;  // us
inline constexpr std::size_t kMaxKey = 4096;  // an idempotency key, or a definition's name
inline constexpr std::size_t kMaxName = 64;   // a plugin's or a job type's own name
inline constexpr std::size_t kMaxVersion = 64;
inline constexpr std::size_t kMaxDescription = 1024;
inline constexpr std::size_t kMaxSchema = std::size_t{256} << 10;
inline constexpr std::size_t kMaxProgressNote = 200;
inline constexpr std::uint32_t kMaxJobTypes = 1000;  // types of one plugin
inline constexpr std::size_t kMaxJsonDepth = 100;    // levels of nesting

// Exit statuses by which the worker program says why it ended.
inline constexpr int kExitHostGone = 110;    // its parent is not the host, or the socket reached its end
inline constexpr int kExitSocketLost = 111;  // the job closed or broke the control socket
inline constexpr int kExitWrongUse = 112;    // not started by a host of the same version
inline constexpr int kExitBadOrder = 113;    // a message from the host made no sense

}  // namespace jobhost::worker
