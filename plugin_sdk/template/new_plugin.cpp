// The plugin new_plugin: its jobs are classes, and JOBHOST_PLUGIN at the end names them.
#include <jobhost/job.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

// What the job is told, as JSON: {"name": "Ada", "times": 2}. What is not required() keeps the value here.
struct GreetArguments {
    std::string name;
    std::uint8_t times = 3;
};
JOBHOST_ARGUMENTS(GreetArguments, required(name), times);

// The job type new_plugin.greet.
struct Greet {
    static constexpr std::string_view name = "greet";
    static constexpr std::string_view description = "Greets somebody, again and again";

    // What it returns is the job's result, as JSON. What it throws says how it failed (jobhost/errors.hpp).
    std::string run(jobhost::JobContext& context, const GreetArguments& arguments) {
        if (arguments.name.empty()) throw jobhost::BadArguments("/name must not be empty");
        for (int round = 1; round <= arguments.times; ++round) {
            context.check();  // leaves by an exception once somebody wants this run to stop
            context.info("Hello, " + arguments.name + "!");
            context.progress(double(round) / arguments.times, std::to_string(round) + " said");
            if (round < arguments.times) context.wait_for(std::chrono::milliseconds(100));
        }
        return R"({"greeted":)" + jobhost::json_text(arguments.name) + "}";
    }
};

JOBHOST_PLUGIN("new_plugin", "0.1.0", Greet);
