// What pausing a queue and pausing a definition have in common.
#pragma once

#include "host/command_line/commands.hpp"

namespace jobhost::host {

// When it ends; nothing: not by itself. Throws CommandError if that is over already.
std::optional<TimePoint> end_of(const PauseOptions& pause, TimePoint now);
void print_paused(const std::string& name, const std::optional<TimePoint>& end);

}  // namespace jobhost::host
