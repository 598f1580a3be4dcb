// A plugin with something that may keep its library in the memory of the process that has loaded it.
#include <jobhost/plugin.h>

JOBHOST_DEFINE_TAG();

namespace {

#ifdef CLINGS_THREAD_LOCAL
// Each thread that touches it holds the library until it ends.
struct Touched {
    ~Touched() { count = 0; }
    volatile int count = 0;
};
void touch() {
    thread_local Touched touched;
    touched.count = touched.count + 1;
}
#else
}  // namespace
// STB_GNU_UNIQUE, as compilers make it of a static in an inline function that is seen from outside.
__attribute__((visibility("default"))) inline int& count() {
    static int counted = 0;
    return counted;
}
namespace {
void touch() {
    ++count();
}
#endif

jobhost_status run(const jobhost_job_type*, jobhost_context*) {
    touch();
    return JOBHOST_OK;
}
jobhost_status init(jobhost_host*, const jobhost_host_api*) {
    touch();
    return JOBHOST_OK;
}
void shut_down() {
    touch();
}

constexpr jobhost_job_type kTouch = {.struct_size = sizeof(jobhost_job_type),
                                     .flags = JOBHOST_JOB_IN_PROCESS_OK,
                                     .name = {"touch", 5},
                                     .run = run};
constexpr const jobhost_job_type* kTypes[] = {&kTouch};
constexpr jobhost_plugin kPlugin = {.struct_size = sizeof(jobhost_plugin),
                                    .abi_major = JOBHOST_ABI_MAJOR,
                                    .abi_minor = JOBHOST_ABI_MINOR,
                                    .name = {"clinging", 8},
                                    .version = {"1.0.0", 5},
                                    .job_type_count = 1,
                                    .job_types = kTypes,
                                    .init = init,
                                    .shutdown = shut_down};

}  // namespace

extern "C" JOBHOST_EXPORT const jobhost_plugin* jobhost_plugin_entry_v1(const jobhost_host_api*) {
    touch();
    return &kPlugin;
}
