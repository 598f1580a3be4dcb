// A plugin that throws while it is loaded, where nobody can catch.
#include <jobhost/job.hpp>

#include <stdexcept>

namespace {

struct Thrower {
    Thrower() { throw std::runtime_error("the constructor throws"); }
} const thrower;

struct Ok {
    static constexpr std::string_view name = "ok";
    void run(jobhost::JobContext&) {}
};

}  // namespace

JOBHOST_PLUGIN("flawed", "1.0.0", Ok);
