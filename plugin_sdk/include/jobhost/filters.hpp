// What surrounds each run of each job of a plugin: an audit, a measurement, a permission.
//
// A filter is a default-constructible class with one of these, or both:
//
//     struct Timing {
//         void before(jobhost::JobContext& context, std::string_view type);
//         void after(jobhost::JobContext& context, std::string_view type, const jobhost::Outcome& outcome);
//     };
//     JOBHOST_PLUGIN("images", "1.2.0", jobhost::Filters<Timing, Audit>, Resize, Reindex);
//
// - Each run makes its own object, so before() may keep what after() needs. `type` is the job's own name,
//   "resize". All is called on the thread of run().
// - Several lie within each other: before() in the order of the list, after() in reverse.
// - before() that throws, or a constructor, ends the run as if run() had thrown that. Neither run() nor this
//   filter's after() is called then, but that of those around it.
// - after() is called for each filter that has begun, however the run ended, unless the process died. What it
//   throws counts instead. One that takes an `Outcome&` may let a run that failed count as succeeded.
#pragma once

#include <jobhost/errors.hpp>
#include <jobhost/status.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace jobhost {

// How a run has ended so far: what run() came to, or filters that lie further inside have made of it.
class Outcome {
public:
    Outcome(Status status, std::string error_code, std::string error_message)
        : status_(status), error_code_(std::move(error_code)), error_message_(std::move(error_message)) {}

    Status status() const noexcept { return status_; }
    bool has_succeeded() const noexcept { return status_ == Status::succeeded; }
    // Of a run that failed; empty: none was given, or the host is too old to tell.
    const std::string& error_code() const noexcept { return error_code_; }
    const std::string& error_message() const noexcept { return error_message_; }

    // What went wrong is dealt with: the run counts as succeeded, with the result that is set, if any. A run
    // that a before() has ended stays as it is, because nothing has been done.
    void succeed() noexcept { status_ = Status::succeeded; }

private:
    Status status_;
    std::string error_code_;
    std::string error_message_;
};

// Those of a plugin, from the outside in; stands first in JOBHOST_PLUGIN.
template <class... List>
struct Filters {};

}  // namespace jobhost
