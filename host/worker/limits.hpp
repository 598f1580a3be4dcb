// What may cross the border between host and worker, in bytes unless said otherwise. Both sides enforce it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace jobhost::worker {

// Raised with every change of the wire format or of the shared page. A package upgrade may put a newer worker
// program beside a host that still runs, and the two must not misread each other.
inline constexpr int kProtocolVersion = 5;

// Runs that a worker has at most: the one that goes on, and those that wait behind it.
inline constexpr std::size_t kMaxRunsOfWorker = 17;

inline constexpr std::size_t kMaxMessage = std::size_t{4} << 20;
inline constexpr std::size_t kMaxArguments = std::size_t{1} << 20;
inline constexpr std::size_t kMaxResult = std::size_t{64} << 10;
inline constexpr std::size_t kMaxLogLine = std::size_t{64} << 10;
inline constexpr std::size_t kMaxErrorCode = 100;
inline constexpr std::size_t kMaxErrorMessage = std::size_t{8} << 10;
inline constexpr std::size_t kMaxErrorDetail = std::size_t{64} << 10;
inline constexpr std::int64_t kMaxSnooze = std::int64_t{365} * 24 * 3600 * 1'000'000;  // us
inline constexpr std::size_t kMaxSaved = std::size_t{1} << 20;  // a checkpoint, or a step's result
inline constexpr std::size_t kMaxStepName = 200;
inline constexpr std::size_t kMaxEnqueued = std::size_t{1} << 20;  // what one call hands in
inline constexpr std::int64_t kMaxJobsOfCall = 1000;
inline constexpr std::int64_t kMaxCalls = 2'000'000;  // of one run that hand in jobs
inline constexpr std::size_t kMaxReply = std::size_t{3} << 20;
inline constexpr std::size_t kMaxOpenRequests = 8;  // of one run
inline constexpr std::int64_t kMaxParents = 1000;
inline constexpr std::size_t kMaxParentResults = std::size_t{2} << 20;  // of one job, together
inline constexpr std::uint32_t kMaxOlderVersions = 100;                 // of a payload that a type accepts
inline constexpr std::size_t kMaxKey = 4096;  // an idempotency key, or a definition's name
inline constexpr std::size_t kMaxName = 64;   // a plugin's or a job type's own name
inline constexpr std::size_t kMaxVersion = 64;
inline constexpr std::size_t kMaxDescription = 1024;
inline constexpr std::size_t kMaxSchema = std::size_t{256} << 10;
inline constexpr std::int64_t kMaxTimeout = std::int64_t{36'525} * 24 * 3600 * 1'000'000;  // us: 100 years
inline constexpr std::size_t kMaxProgressNote = 200;
inline constexpr std::uint32_t kMaxJobTypes = 1000;  // types of one plugin
inline constexpr std::size_t kMaxJsonDepth = 100;    // levels of nesting

// How long a job waits for the answer to a request. The host gives up earlier.
inline constexpr std::chrono::seconds kPatience{30};

// Exit statuses by which the worker program says why it ended.
inline constexpr int kExitHostGone = 110;    // its parent is not the host, or the socket reached its end
inline constexpr int kExitSocketLost = 111;  // the job closed or broke the control socket
inline constexpr int kExitWrongUse = 112;    // not started by a host of the same version
inline constexpr int kExitBadOrder = 113;    // a message from the host made no sense

}  // namespace jobhost::worker
