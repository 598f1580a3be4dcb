// What pausing a queue and pausing a definition have in common.
#pragma once

#include "host/command_line/commands.hpp"

namespace jobhost::host {

// When it ends; nothing: not by itself. Throws CommandError if that is over already.
std::optional<TimePoint> end_of(const PauseOptions& pause, TimePoint now);
// "since … until … by …: reason", of what is there.
std::string pause_text(TimePoint at, const std::optional<TimePoint>& until, const std::string& by,
                       const std::string& reason);
void print_paused(const std::string& name, const std::optional<TimePoint>& end);

}  // namespace jobhost::host
