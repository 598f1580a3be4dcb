#include "host/command_line/confirmation.hpp"

#include "host/command_line/opened.hpp"

#include <iostream>
#include <unistd.h>

namespace jobhost::host {

void confirm(const std::string& what, bool is_sure) {
    if (is_sure) {
        std::cerr << what << '\n';
        return;
    }
    if (::isatty(STDIN_FILENO) == 0 || ::isatty(STDERR_FILENO) == 0)
        throw CommandError{kWrongUse, "would " + what + "; say --yes, as there is no terminal to ask at"};
    std::cerr << what << "? [y/N] " << std::flush;
    std::string answer;
    std::getline(std::cin, answer);
    if (answer != "y" && answer != "Y" && answer != "yes") throw CommandError{kFailed, "nothing was done"};
}

}  // namespace jobhost::host
