// A plugin in several versions, LIVING_VERSION, that replace each other while a host runs. Each job says
// which one has run it. Version 3 dies when it is loaded, version 4 when it runs "version". From version
// 5 on none takes arguments that were meant for an earlier one.
#include <jobhost/job.hpp>

#include <chrono>
#include <cstdlib>
#include <string>

namespace {

// In the host, too, as one test has it.
constexpr std::uint32_t kFlags = JOBHOST_JOB_IN_PROCESS_OK;

const std::string which = std::to_string(LIVING_VERSION);

struct Version {
    static constexpr std::string_view name = "version";
    static constexpr std::uint32_t flags = kFlags;
    static constexpr std::uint32_t payload_version = LIVING_VERSION < 5 ? 1 : LIVING_VERSION - 3;
    std::string run(jobhost::JobContext&) {
        if (LIVING_VERSION == 4) std::abort();
        return which;
    }
};

struct Wait {
    static constexpr std::string_view name = "wait";
    static constexpr std::uint32_t flags = kFlags;
    std::string run(jobhost::JobContext& context) {
        context.wait_for(std::chrono::milliseconds{300});
        return which;
    }
};

// Later versions have another one in its place.
struct Only {
    static constexpr std::string_view name = LIVING_VERSION == 1 ? "only_first" : "only_later";
    static constexpr std::uint32_t flags = kFlags;
    std::string run(jobhost::JobContext&) { return which; }
};

#if LIVING_VERSION == 3
[[gnu::constructor]] void die() {
    std::abort();
}
#endif

}  // namespace

#define TEXT_OF(value) #value
#define VERSION_OF(value) TEXT_OF(value) ".0.0"
JOBHOST_PLUGIN("living", VERSION_OF(LIVING_VERSION), Version, Wait, Only);
