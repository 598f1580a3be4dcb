#include "host/plugin/exit_text.hpp"

#include "host/worker/limits.hpp"

#include <cstring>

namespace jobhost::host {

std::string exit_text(const siginfo_t& exit) {
    if (exit.si_code != CLD_EXITED) {
        if (exit.si_status == SIGXCPU) return "used more processor time than limits.cpu_time allows";
        const char* name = sigabbrev_np(exit.si_status);
        return "killed by " + (name ? "SIG" + std::string{name} : "signal " + std::to_string(exit.si_status));
    }
    switch (exit.si_status) {
        case worker::kExitSocketLost:
            return "closed its socket";
        case worker::kExitHostGone:
            return "lost its host";
        case worker::kExitWrongUse:
            return "is of another version of jobhost";
        case worker::kExitBadOrder:
            return "did not understand the host";
        default:
            return "exited with status " + std::to_string(exit.si_status);
    }
}

}  // namespace jobhost::host
