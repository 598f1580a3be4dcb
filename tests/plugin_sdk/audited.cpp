#include <jobhost/job.hpp>

#include <chrono>
#include <fstream>

// Says how long each run has taken.
struct Timing {
    std::chrono::steady_clock::time_point begun;

    void before(jobhost::JobContext&, std::string_view) { begun = std::chrono::steady_clock::now(); }
    void after(jobhost::JobContext& context, std::string_view type, const jobhost::Outcome&) {
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
        context.info(std::string(type) + " took " + std::to_string(took.count()) + " s");
    }
};

// Keeps a record of each run; what cannot be recorded is not done.
struct Audit {
    void before(jobhost::JobContext& context, std::string_view type) {
        if (!record(context, type, "begins")) throw jobhost::Error("no_audit", "audit.log cannot be written");
    }
    void after(jobhost::JobContext& context, std::string_view type, const jobhost::Outcome& outcome) {
        if (!record(context, type, to_text(outcome.status())))
            context.error("audit.log does not have the end of this run");
    }
    static bool record(jobhost::JobContext& context, std::string_view type, std::string_view what) {
        std::ofstream file("audit.log", std::ios::app);
        file << context.id() << ' ' << context.attempt() << ' ' << type << ' ' << what << std::endl;
        return file.good();
    }
};

struct Pay {
    static constexpr std::string_view name = "pay";
    void run(jobhost::JobContext& context) { context.info("paid"); }
};

JOBHOST_PLUGIN("audited", "1.0.0", jobhost::Filters<Timing, Audit>, Pay);
