// A program in a process group of its own.
#pragma once

#include "plugins/command/descriptor.hpp"

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace command {

struct Launch {
    std::string file;                      // the program, found already
    std::vector<std::string> words;        // argv, the program's name first
    std::vector<std::string> assignments;  // "NAME=value"
    std::string folder;                    // to run in; empty: this process's
    std::string standard_input;
};

// How a program ended: by itself, or by a signal.
struct Ending {
    std::optional<int> exit_status;
    int signal = 0;  // 0: none
};

// When this is gone, nothing of the group runs and no zombie is left.
class ChildProcess {
public:
    // Nothing is inherited but standard input, output and error; signals are as a shell would have them.
    // Throws FatalError "not_executable" if the file is none of the system's programs, Error "spawn" if there
    // is no room for it now.
    explicit ChildProcess(const Launch& launch);
    ~ChildProcess();
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;

    // The ends to read from, non-blocking.
    Descriptor& standard_output() noexcept { return output_; }
    Descriptor& standard_error() noexcept { return error_; }
    // Readable when the program has ended.
    int ending_descriptor() const noexcept { return ending_.number(); }

    // To every process of the group.
    void signal(int number) const noexcept;
    // Kills what the program left behind in its group, and says how the program ended. Waits for the program,
    // so call it when ending_descriptor() is readable. Once.
    Ending reap();

private:
    pid_t process_ = -1;  // also the group; -1: reaped
    Descriptor output_;
    Descriptor error_;
    Descriptor ending_;
};

// "SIGKILL"; "signal 99" if it has no name.
std::string signal_name(int number);

}  // namespace command
