// The life of a job, as a table. Whatever is not in the table cannot happen.
#pragma once

#include "storage/model/state.hpp"

#include <span>

namespace jobhost {

// Why a job moves. Stored in job_event: DO NOT RENAME OR REORDER.
enum class Cause : std::uint8_t {
    released,    // what it awaited has come
    due,         // its instant has come
    claimed,     // a server took it
    given_back,  // claimed, but never begun
    succeeded,
    retried,      // failed, and its policy grants another run
    failed,       // failed, and no further run is granted
    interrupted,  // its host or its plugin's version ended first; the attempt is given back
    recovered,    // its host died
    cancelled,    // by a person, or with its batch
    expired,      // not started in time
    requeued,     // by a person
    rescheduled,  // by a person
    deleted,      // by a person, or by its policy on exhaustion
    deferred,     // what it awaited has come, but its instant has not
    unmet,        // what it awaited ended otherwise
    restored,     // what it awaited runs again after all
    parked,       // a limit has no slot for it
    throttled,    // a rate limit has no slot for it yet
    snoozed,      // the job asked to be run again later; the attempt is given back
    retried_at_once,
    moved,    // to another queue or priority
    put_off,  // who claimed it cannot read its policy
};

inline constexpr std::array<std::string_view, 23> kCauseNames{
    "released",    "due",         "claimed",         "given_back", "succeeded", "retried",
    "failed",      "interrupted", "recovered",       "cancelled",  "expired",   "requeued",
    "rescheduled", "deleted",     "deferred",        "unmet",      "restored",  "parked",
    "throttled",   "snoozed",     "retried_at_once", "moved",      "put_off",
};

constexpr std::string_view to_string(Cause cause) noexcept {
    return kCauseNames[static_cast<std::size_t>(cause)];
}

struct Rule {
    StateName from;
    Cause cause;
    StateName to;
};

// clang-format off
inline constexpr Rule kRules[] = {
    {StateName::awaiting,   Cause::released,        StateName::enqueued  },
    {StateName::awaiting,   Cause::deferred,        StateName::scheduled },
    {StateName::awaiting,   Cause::unmet,           StateName::deleted   },
    {StateName::awaiting,   Cause::cancelled,       StateName::deleted   },
    {StateName::awaiting,   Cause::deleted,         StateName::deleted   },
    {StateName::awaiting,   Cause::requeued,        StateName::enqueued  },
    {StateName::awaiting,   Cause::rescheduled,     StateName::scheduled },
    {StateName::awaiting,   Cause::moved,           StateName::awaiting  },
    {StateName::scheduled,  Cause::due,             StateName::enqueued  },
    {StateName::scheduled,  Cause::requeued,        StateName::enqueued  },
    {StateName::scheduled,  Cause::rescheduled,     StateName::scheduled },
    {StateName::scheduled,  Cause::moved,           StateName::scheduled },
    {StateName::scheduled,  Cause::cancelled,       StateName::deleted   },
    {StateName::scheduled,  Cause::expired,         StateName::deleted   },
    {StateName::scheduled,  Cause::deleted,         StateName::deleted   },
    {StateName::enqueued,   Cause::claimed,         StateName::processing},
    {StateName::enqueued,   Cause::parked,          StateName::awaiting  },
    {StateName::enqueued,   Cause::throttled,       StateName::awaiting  },
    {StateName::enqueued,   Cause::rescheduled,     StateName::scheduled },
    {StateName::enqueued,   Cause::put_off,         StateName::scheduled },
    {StateName::enqueued,   Cause::moved,           StateName::enqueued  },
    {StateName::enqueued,   Cause::expired,         StateName::deleted   },
    {StateName::enqueued,   Cause::cancelled,       StateName::deleted   },
    {StateName::enqueued,   Cause::deleted,         StateName::deleted   },
    {StateName::processing, Cause::given_back,      StateName::enqueued  },
    {StateName::processing, Cause::succeeded,       StateName::succeeded },
    {StateName::processing, Cause::retried,         StateName::scheduled },
    {StateName::processing, Cause::retried_at_once, StateName::enqueued  },
    {StateName::processing, Cause::snoozed,         StateName::scheduled },
    {StateName::processing, Cause::failed,          StateName::failed    },
    {StateName::processing, Cause::interrupted,     StateName::enqueued  },
    {StateName::processing, Cause::recovered,       StateName::enqueued  },
    {StateName::processing, Cause::cancelled,       StateName::deleted   },
    {StateName::processing, Cause::deleted,         StateName::deleted   },
    {StateName::succeeded,  Cause::requeued,        StateName::enqueued  },
    {StateName::failed,     Cause::requeued,        StateName::enqueued  },
    {StateName::failed,     Cause::rescheduled,     StateName::scheduled },
    {StateName::failed,     Cause::deleted,         StateName::deleted   },
    {StateName::deleted,    Cause::requeued,        StateName::enqueued  },
    {StateName::deleted,    Cause::restored,        StateName::awaiting  },
};
// clang-format on

// Where `cause` takes a job that is in `from`; nothing, if it cannot occur there.
constexpr std::optional<StateName> next_state(StateName from, Cause cause) noexcept {
    for (const Rule& rule : kRules)
        if (rule.from == from && rule.cause == cause) return rule.to;
    return std::nullopt;
}

constexpr bool each_move_is_listed_once(std::span<const Rule> rules) noexcept {
    for (std::size_t i = 0; i < rules.size(); ++i)
        for (std::size_t j = i + 1; j < rules.size(); ++j)
            if (rules[i].from == rules[j].from && rules[i].cause == rules[j].cause) return false;
    return true;
}
static_assert(each_move_is_listed_once(kRules));

}  // namespace jobhost
