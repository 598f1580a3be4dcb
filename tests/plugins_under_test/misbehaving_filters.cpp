// misbehaving_filters: what a filter may do to a run, as the arguments say, for the tests that watch from
// outside.
#include <jobhost/job.hpp>

#include <chrono>
#include <csignal>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

using jobhost::JobContext;
using namespace std::chrono_literals;

namespace {

bool is_told(const JobContext& context, std::string_view what) {
    return context.arguments_json().find(what) != std::string_view::npos;
}

struct Around {
    void before(JobContext& context, std::string_view) { context.info("around: begins"); }
    void after(JobContext& context, std::string_view, const jobhost::Outcome& outcome) {
        context.info("around: " + std::string(to_text(outcome.status())) + " " + outcome.error_code());
    }
};

struct Misbehaving {
    void before(JobContext& context, std::string_view) { act(context, "before"); }
    void after(JobContext& context, std::string_view, jobhost::Outcome& outcome) {
        act(context, "after");
        if (is_told(context, "succeed in the end")) outcome.succeed();
    }
    static void act(JobContext& context, const std::string& where) {
        if (is_told(context, "refuse " + where)) throw jobhost::FatalError("not_allowed", "not on a Sunday");
        if (is_told(context, "throw " + where)) throw std::runtime_error("thrown " + where);
        if (is_told(context, "snooze " + where)) throw jobhost::Snoozed(1h);
        if (is_told(context, "wait " + where)) context.wait_for(1h);
        if (is_told(context, "crash " + where)) {
            std::signal(SIGSEGV, SIG_DFL);
            std::raise(SIGSEGV);
        }
        if (is_told(context, "hang " + where))
            for (;;)
                std::this_thread::sleep_for(1h);
    }
};

struct Work {
    static constexpr std::string_view name = "work";
    static std::string run(JobContext& context) {
        context.info("at work");
        if (is_told(context, "fail")) throw jobhost::FatalError("hopeless", "no use in trying again");
        return "7";
    }
};

}  // namespace

JOBHOST_PLUGIN("misbehaving_filters", "1.0.0", jobhost::Filters<Around, Misbehaving>, Work);
