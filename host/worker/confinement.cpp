#include "host/worker/confinement.hpp"

#include "host/worker/file_access.hpp"
#include "host/worker/refusal.hpp"
#include "host/worker/system_calls.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace jobhost::worker {
namespace {

void limit(__rlimit_resource resource, rlim_t most, const char* what) {
    rlimit bounds{};
    getrlimit(resource, &bounds);
    bounds.rlim_cur = bounds.rlim_max = std::min(bounds.rlim_max, most);
    if (setrlimit(resource, &bounds) != 0)
        throw Refusal{std::string{"its worker cannot be limited in "} + what + ": " +
                          std::generic_category().message(errno),
                      "see to limits in plugins of the host file"};
}

}  // namespace

void confine(const Options& options) {
    const Confinement& confinement = options.confinement;
    // RLIMIT_DATA and not RLIMIT_AS: threads and allocators reserve far more addresses than they use.
    if (confinement.memory > 0) limit(RLIMIT_DATA, confinement.memory, "memory");
    limit(RLIMIT_NOFILE, confinement.descriptors, "descriptors");
    if (confinement.profile == Confinement::Profile::none) return;
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);  // jobs of other plugins are of the same user
    if (confinement.profile == Confinement::Profile::strict)
        restrict_file_access(confinement, options.scratch);
    restrict_system_calls(confinement);
}

}  // namespace jobhost::worker
