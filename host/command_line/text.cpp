#include "host/command_line/text.hpp"

#include "host/command_line/job_json.hpp"
#include "host/observe/printable.hpp"
#include "host/requests/spellings.hpp"
#include "storage/model/time_text.hpp"

#include <algorithm>
#include <iomanip>
#include <ostream>

namespace jobhost::host {

namespace {

// Of UTF-8: bytes that do not continue a character.
std::size_t width_of(const std::string& text) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char byte) { return (byte & 0xc0) != 0x80; }));
}

}  // namespace

std::string counted(std::size_t count, std::string_view noun) {
    return std::to_string(count) + " " + std::string{noun} + (count == 1 ? "" : "s");
}

void print_table(std::ostream& out, const std::vector<std::vector<std::string>>& rows) {
    std::vector<std::size_t> widths;
    print_rows(out, rows, widths);
}

void print_rows(std::ostream& out, const std::vector<std::vector<std::string>>& rows,
                std::vector<std::size_t>& widths) {
    for (const auto& row : rows) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], width_of(row[i]));
    }
    for (const auto& row : rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i)
            line += row[i] + std::string(widths[i] - width_of(row[i]) + 2, ' ');
        line.erase(line.find_last_not_of(' ') + 1);
        out << line << '\n';
    }
}

std::string short_text(TimePoint instant) {
    std::string text = to_text(instant).substr(0, 19);
    text[10] = ' ';
    return text;
}

std::string run_time(const Job& job) {
    if (!job.started_at || !job.finished_at) return {};
    using std::chrono::milliseconds;
    const Duration time = *job.finished_at - *job.started_at;
    if (time < milliseconds{1}) return to_text(time);
    return to_text(std::chrono::duration_cast<milliseconds>(time));
}

std::string state_note(const Job& job) {
    std::string note;
    const auto add = [&note](const std::string& part) { note += (note.empty() ? "" : ", ") + part; };
    const Reason reason = reason_of(job.state);
    if (reason == Reason::retry)
        add("retry " + std::to_string(job.attempt - job.recoveries) + " of " +
            std::to_string(job.policy.retry.attempts));
    else if (reason == Reason::parents || reason == Reason::batch)
        add("for its " + std::string{to_string(reason)});
    else if (reason == Reason::throttled && job.parked_on)
        add("throttled by " + printable(spelling_of(*job.parked_on)));
    else if (reason == Reason::limit && job.parked_on)
        add("for a slot of " + printable(spelling_of(*job.parked_on)));
    else if (reason != Reason::none)
        add(std::string{to_string(reason)});
    if (!job.unreadable.empty() && reason != Reason::unreadable)
        add(std::string{to_string(Reason::unreadable)});
    if (const auto due_at = due_at_of(job.state)) add("due " + short_text(*due_at));
    if (job.cancel_requested_at && !is_final(name_of(job.state))) add("asked to stop");
    if (job.warnings > 0) add(counted(static_cast<std::size_t>(job.warnings), "warning"));
    return note;
}

std::string state_text(const Job& job) {
    const std::string state{to_string(name_of(job.state))};
    const std::string note = state_note(job);
    if (note.empty()) return state;
    if (name_of(job.state) == StateName::succeeded) return state + " with " + note;
    return state + " (" + note + ")";
}

void print_line(std::ostream& out, const storage::LogLine& line) {
    const std::string level =
        line.level + std::string(line.level.size() < 7 ? 7 - line.level.size() : 0, ' ');
    out << to_text(line.at).substr(11, 12) << "  " << level << "  " << printable(line.text) << '\n';
}

}  // namespace jobhost::host
