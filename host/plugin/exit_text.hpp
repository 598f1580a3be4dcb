// How a worker process ended, in words.
#pragma once

#include <csignal>
#include <string>

namespace jobhost::host {

// From waitid(): "killed by SIGSEGV", "exited with status 3", "closed its socket".
std::string exit_text(const siginfo_t& exit);

}  // namespace jobhost::host
