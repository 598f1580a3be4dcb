// How things look on a terminal.
#pragma once

#include "storage/job_queries.hpp"

#include <iosfwd>
#include <string>
#include <vector>

namespace jobhost::host {

// "1 file", "2 files".
std::string counted(std::size_t count, std::string_view noun);

// Columns as wide as their widest cell, two spaces apart. The first row is the head.
void print_table(std::ostream& out, const std::vector<std::vector<std::string>>& rows);
// The same for a table that is printed piece by piece. `widths`, empty at first, are those so far and only
// grow.
void print_rows(std::ostream& out, const std::vector<std::vector<std::string>>& rows,
                std::vector<std::size_t>& widths);

// "2026-11-20 12:00:00", UTC.
std::string short_text(TimePoint instant);
// How long the last run took, or takes; empty: none.
std::string run_time(const Job& job);
// "retry 2 of 10, due 2026-11-20 12:00:00", "for a slot of smtp"; empty where the state says it all.
std::string state_note(const Job& job);
// "succeeded with 3 warnings", "scheduled (retry 2 of 10, due 2026-11-20 12:00:00)".
std::string state_text(const Job& job);
// "12:00:00.123  info    text"
void print_line(std::ostream& out, const storage::LogLine& line);

}  // namespace jobhost::host
