// Who sits at the command line.
#pragma once

#include <string>

namespace jobhost::host {

// "ada (command line)": the login name, to be left at what somebody did.
std::string who();

}  // namespace jobhost::host
