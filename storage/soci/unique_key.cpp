#include "storage/soci/unique_key.hpp"

#include "storage/digest.hpp"

namespace jobhost::storage {

std::string unique_slot_of(const NewJob& job) {
    std::string text = job.type;
    text += '\0';
    return sha256(text + job.unique->key);
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
