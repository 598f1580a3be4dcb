#include "host/command_line/pause.hpp"

#include "host/command_line/opened.hpp"
#include "host/command_line/text.hpp"
#include "host/observe/printable.hpp"
#include "storage/model/time_text.hpp"

#include <iostream>

namespace jobhost::host {

std::optional<TimePoint> end_of(const PauseOptions& pause, TimePoint now) {
    const std::optional<TimePoint> end = pause.time ? now + *pause.time : pause.until;
    if (end && *end <= now)
        throw CommandError{kWrongUse, "the pause would have ended already at " + to_text(*end)};
    return end;
}

std::string pause_text(TimePoint at, const std::optional<TimePoint>& until, const std::string& by,
                       const std::string& reason) {
    std::string text = "since " + short_text(at);
    if (until) text += " until " + short_text(*until);
    if (!by.empty()) text += " by " + by;
    if (!reason.empty()) text += ": " + reason;
    return printable(text);
}

void print_paused(const std::string& name, const std::optional<TimePoint>& end) {
    std::cout << "paused " << name << (end ? " until " + short_text(*end) + " UTC" : "")
              << "; what runs goes on\n";
}

}  // namespace jobhost::host
