// What a run saves while it goes on. All of it is fenced by the run's lease.
#pragma once

#include "storage/model/batch.hpp"
#include "storage/model/job.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace jobhost::storage {

inline constexpr std::size_t kMaxCheckpointSize = std::size_t{1} << 20;  // bytes of JSON
inline constexpr std::size_t kMaxStepName = 200;
inline constexpr std::size_t kMaxSteps = 10'000;                     // of one job
inline constexpr std::size_t kMaxStepsSize = std::size_t{64} << 20;  // bytes of JSON, all steps of a job

struct RunKey {
    ServerId server;
    JobId job;
    Lease lease;
};

// One of the calls by which a run hands in jobs.
struct RunCall {
    std::int64_t number = 0;  // from 1 on; the same in each run of the job
    std::string digest;       // of all that it asks for: SHA-256, in hexadecimal
};

// What earlier runs of a job have left.
struct SavedWork {
    std::string checkpoint;                                  // JSON; empty: none
    std::vector<std::pair<std::string, std::string>> steps;  // name and result (JSON), in order of completion
    std::optional<std::int64_t> next = {};  // where the next page begins; nothing: it is the last
};

// Bytes of steps that one page holds; a single one may be larger.
inline constexpr std::size_t kSavedPageSize = std::size_t{900} << 10;

// Thread-safe. Every call may throw StorageError. What a job saved goes when it succeeds, is requeued by a
// person, or is purged; a retry, an interruption or a recovery keeps it.
class RunStore {
public:
    virtual ~RunStore() = default;

    // One page, from the step in position `first`, 0 or `next`; the first page has the checkpoint.
    virtual SavedWork load(JobId job, std::int64_t first) = 0;
    // Replaces the checkpoint. False: the run is not this server's any more, and nothing was written. Throws
    // refused for what is too large or not JSON.
    virtual bool save_checkpoint(const RunKey& run, const std::string& checkpoint) = 0;
    // A step is completed once: the first result stays. False as above. Throws refused as above,
    // and for more than kMaxSteps or kMaxStepsSize.
    virtual bool save_step(const RunKey& run, const std::string& name, const std::string& result) = 0;

    // What submit() has answered to that call of this run, or of an earlier one. Nothing: the call is a new
    // one, or the run is not this server's any more. Throws refused when the call asked for something else.
    virtual std::optional<std::vector<std::int64_t>> answer_to(const RunKey& run, const RunCall& call) = 0;
    // Batches and jobs that a run hands in, each job with the run's as its creator: durable at once, together
    // with the answer. That is the ids of the batches, then of the jobs that stand for those asked for, in
    // their order. Nothing: the run is not this server's any more, and nothing was handed in. A call that was
    // made already is answered as it was then, whatever has become of its jobs. Throws refused as
    // answer_to() and WorkflowStore::submit().
    virtual std::optional<std::vector<std::int64_t>> submit(const RunKey& run, const RunCall& call,
                                                            std::span<const NewBatch> batches,
                                                            std::span<const NewJob> jobs) = 0;
};

}  // namespace jobhost::storage
