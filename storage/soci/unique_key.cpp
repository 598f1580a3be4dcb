#include "storage/soci/unique_key.hpp"

#include "storage/digest.hpp"
#include "storage/soci/job_flags.hpp"

namespace jobhost::storage {

std::string unique_slot_of(const NewJob& job) {
    std::string text = job.type;
    text += '\0';
    return sha256(text + job.unique->key);
}

int flags_of(HeldWhile held) {
    switch (held) {
        case HeldWhile::queued:
            return kHasUnique | kFreesAtClaim | kHasQueuedKey;
        case HeldWhile::until_started:
            return kHasUnique | kFreesAtClaim;
        case HeldWhile::until_finished:
            return kHasUnique;
        case HeldWhile::window:
            break;
    }
    return kHasWindow;
}

HeldWhile held_while(int flags) {
    if ((flags & kHasWindow) != 0) return HeldWhile::window;
    if ((flags & kHasQueuedKey) != 0) return HeldWhile::queued;
    return (flags & kFreesAtClaim) != 0 ? HeldWhile::until_started : HeldWhile::until_finished;
}

bool take_key(Session& session, JobId job) {
    for (const auto& [slot] : session.rows<std::string>("job_wanted_key", {{"id", job.value}})) {
        const auto holder = session.rows<long long>("job_of_slot", {{"slot", slot}});
        if (!holder.empty() && std::get<0>(holder.front()) != job.value) return false;
        session.execute("job_take_key", {{"id", job.value}});
    }
    return true;
}

}  // namespace jobhost::storage
