#include "host/command_line/operated_text.hpp"

#include <array>

namespace jobhost::host {

using storage::Operated;
using storage::Verb;

namespace {

// In the order of the verbs.
constexpr std::array<std::string_view, 9> kDoneTexts{"requeued",    "deleted",   "cancelled",
                                                     "rescheduled", "moved",     "paused",
                                                     "resumed",     "run again", "cancelled"};

}  // namespace

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
    return kDoneTexts[static_cast<std::size_t>(verb)];
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

std::string taken_text(Verb verb) {
    return "cannot be " + std::string{done_text(verb)} +
           ": another job has its unique key by now; delete that one first";
}

}  // namespace jobhost::host
