// What others wrote, made harmless for a terminal or a log.
#pragma once

#include <string>
#include <string_view>

namespace jobhost::host {

// Control characters, which could drive the terminal, and marks that turn the direction of writing, which
// could show other words than there are, become '?'. Line ends and tabs become spaces.
std::string printable(std::string_view text);
// The same for a message of several lines.
std::string printable_lines(std::string_view text);

}  // namespace jobhost::host
