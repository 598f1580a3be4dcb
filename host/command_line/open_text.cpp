#include "host/command_line/open_text.hpp"

#include "host/command_line/text.hpp"

namespace jobhost::host {

namespace {

std::string name_of(const Batch& batch) {
    return "batch " + std::to_string(batch.id.value);
}

}  // namespace

std::string not_open_text(const Batch& batch) {
    const std::string id = std::to_string(batch.id.value);
    if (is_final(batch.state))
        return name_of(batch) + " has ended already as " + std::string{to_string(batch.state)} +
               (batch.state == BatchState::cancelled
                    ? "; hand it in again"
                    : "; a new member lets it go on: jobhost enqueue --batch " + id);
    if (batch.cancel_requested_at)
        return name_of(batch) + " is being cancelled: none of its members starts any more; hand it in again";
    return "";
}

std::string open_text(const Batch& before, const Batch& after, const std::vector<Batch>& within) {
    if (before.state == BatchState::started) return name_of(after) + " has started already\n";
    if (before.state == BatchState::awaiting)
        return name_of(after) + " is open already, and waits for what it comes after\n";
    std::string text = name_of(after) + " has " + counted(static_cast<std::size_t>(after.members), "member") +
                       ", and " +
                       (after.state == BatchState::awaiting ? "waits for what it comes after" : "starts") +
                       "\nif its creation was cut short, the others are missing: cancel it by 'jobhost batch "
                       "cancel " +
                       std::to_string(after.id.value) + "', and create it again\n";
    for (const Batch& inner : within)
        if (inner.state == BatchState::creating)
            text += name_of(inner) + " within it is not open: jobhost batch open " +
                    std::to_string(inner.id.value) + "\n";
    return text;
}

}  // namespace jobhost::host
