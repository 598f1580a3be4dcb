#include "host/command_line/inserted_text.hpp"

namespace jobhost::host {

std::string_view outcome_text(const Inserted& answer) noexcept {
    if (answer.is_new) return "enqueued";
    switch (answer.effect) {
        case OnConflict::replace:
            return "replaced";
        case OnConflict::extend:
            return "extended";
        default:
            return "skipped";
    }
}

std::string not_enqueued_text(const Inserted& answer) {
    const std::string text =
        "nothing new was enqueued: job " + std::to_string(answer.id.value) + " has this unique key, and ";
    switch (answer.effect) {
        case OnConflict::replace:
            return text + "was replaced: it has the arguments, the instant and the priority of this one";
        case OnConflict::extend:
            return text + "was extended: it has the instant of this one";
        default:
            return text + "stays as it is";
    }
}

}  // namespace jobhost::host
