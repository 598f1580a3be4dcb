// asking: jobs that ask the host for what only it can do, for the tests that watch from outside.
#include <jobhost/job.hpp>

#include <chrono>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>

using jobhost::JobContext;

namespace {

struct HandInArguments {
    std::string jobs;   // JSON
    std::string later;  // what later attempts hand in instead; empty: the same
    std::uint32_t failures = 0;
};
JOBHOST_ARGUMENTS(HandInArguments, required(jobs), later, failures);

struct PathArguments {
    std::string path;
};
JOBHOST_ARGUMENTS(PathArguments, required(path));

void append(const std::string& path, std::string_view line) {
    std::ofstream{path, std::ios::app} << line << '\n' << std::flush;
}

void fail_at_first(JobContext& context, std::uint32_t failures) {
    if (context.attempt() <= failures) throw jobhost::Error("not_yet", "not in this attempt");
}

struct HandIn {
    static constexpr std::string_view name = "hand_in";
    static std::string run(JobContext& context, const HandInArguments& arguments) {
        std::string ids;
        const bool is_first = context.attempt() == 1 || arguments.later.empty();
        for (const std::string& id : context.enqueue(is_first ? arguments.jobs : arguments.later))
            ids += (ids.empty() ? "" : ",") + jobhost::json_text(id);
        fail_at_first(context, arguments.failures);
        return "[" + ids + "]";
    }
};

struct HandInOnSuccess {
    static constexpr std::string_view name = "hand_in_on_success";
    static void run(JobContext& context, const HandInArguments& arguments) {
        context.enqueue_on_success(arguments.jobs);
        fail_at_first(context, arguments.failures);
    }
};

// Two steps, and a failure between them in the first attempt; the third dies after the second step.
struct Steps {
    static constexpr std::string_view name = "steps";
    static std::string run(JobContext& context, const PathArguments& arguments) {
        const std::string first = context.step("first", [&] {
            append(arguments.path, "first");
            return std::string("{\"from\":") + std::to_string(context.attempt()) + "}";
        });
        fail_at_first(context, 1);
        context.step("second", [&] { append(arguments.path, "second"); });
        fail_at_first(context, 2);
        return first;
    }
};

// Counts to ten, a number each attempt saves; each of the first attempts ends its process after three of
// them.
struct Checkpoints {
    static constexpr std::string_view name = "checkpoints";
    static void run(JobContext& context, const PathArguments& arguments) {
        int at = context.checkpoint() ? std::stoi(std::string(*context.checkpoint())) : 0;
        for (const int begin = at; at < 10;) {
            append(arguments.path, std::to_string(++at));
            context.save_checkpoint(std::to_string(at));
            fail_at_first(context, at == begin + 3 ? 99 : 0);
        }
    }
};

struct SnoozeOnce {
    static constexpr std::string_view name = "snooze_once";
    static std::string run(JobContext& context) {
        if (context.checkpoint()) return std::to_string(context.attempt());
        context.save_checkpoint("1");
        throw jobhost::Snoozed(std::chrono::milliseconds{300});
    }
};

struct Parents {
    static constexpr std::string_view name = "parents";
    static std::string run(JobContext& context) {
        std::string all;
        for (const auto& parent : context.parents())
            all += (all.empty() ? "" : ",") + std::string("{\"id\":\"") + std::to_string(parent.id) +
                   "\",\"on\":" + jobhost::json_text(parent.on) +
                   ",\"result\":" + (parent.result.empty() ? "null" : std::string(parent.result)) + "}";
        return "[" + all + "]";
    }
};

struct Privileged {
    static constexpr std::string_view name = "privileged";
    static constexpr std::uint32_t flags = JOBHOST_JOB_PRIVILEGED;
    static void run(JobContext&) {}
};

struct Detailed {
    static constexpr std::string_view name = "detailed";
    static void run(JobContext&) {
        throw jobhost::FatalError("broken", "it is broken", "at line 1\nat line 2");
    }
};

struct Newer {
    static constexpr std::string_view name = "newer";
    static constexpr std::uint32_t payload_version = 2;
    static constexpr std::uint32_t accepts_from = 1;
    static std::string upgrade(std::uint32_t from, std::string_view) {
        return R"({"path":"upgraded from )" + std::to_string(from) + "\"}";
    }
    static std::string run(JobContext&, const PathArguments& arguments) {
        return jobhost::json_text(arguments.path);
    }
};

}  // namespace

JOBHOST_PLUGIN("asking", "1.0.0", HandIn, HandInOnSuccess, Steps, Checkpoints, SnoozeOnce, Parents,
               Privileged, Detailed, Newer);
