#include <jobhost/job.hpp>

struct Greeting {
    std::string name = "world";
};
JOBHOST_ARGUMENTS(Greeting, name);

struct Greet {
    static constexpr std::string_view name = "greet";
    void run(jobhost::JobContext& context, const Greeting& greeting) {
        context.info("Hello, " + greeting.name + "!");
    }
};
JOBHOST_PLUGIN("hello", "1.0.0", Greet);
