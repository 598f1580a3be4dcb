#include "host/command_line/operated_text.hpp"

namespace jobhost::host {

using storage::Operated;
using storage::Verb;

std::string_view to_string(Operated operated) noexcept {
    switch (operated) {
        case Operated::done:
            return "done";
        case Operated::asked:
            return "asked";
        case Operated::not_found:
            return "not_found";
        case Operated::not_possible:
            return "not_possible";
        case Operated::taken:
            return "taken";
    }
    return "unknown";
}

std::string_view done_text(Verb verb) noexcept {
    switch (verb) {
        case Verb::requeue:
            return "requeued";
        case Verb::remove:
            return "deleted";
        case Verb::cancel:
            return "cancelled";
        case Verb::reschedule:
            return "rescheduled";
        case Verb::move:
            return "moved";
    }
    return "done";
}

std::string not_possible_text(Verb verb, StateName state) {
    const std::string cannot = "cannot be " + std::string{done_text(verb)};
    if (state == StateName::processing)
        return cannot + " while it runs: " + (verb == Verb::remove ? "cancel it" : "cancel it first");
    if (state == StateName::enqueued && verb == Verb::requeue) return cannot + ": it is enqueued already";
    const std::string ended = cannot + ": it has ended as " + std::string{jobhost::to_string(state)};
    if (is_final(state) && (verb == Verb::reschedule || verb == Verb::move))
        return ended + "; requeue it first";
    if (is_final(state)) return ended;
    return cannot + " while it is " + std::string{jobhost::to_string(state)};
}

}  // namespace jobhost::host
