#include "storage/soci/soci_limit_store.hpp"

#include "storage/model/job.hpp"
#include "storage/soci/instants.hpp"
#include "storage/soci/key_slots.hpp"
#include "storage/soci/stored_enum.hpp"
#include "storage/storage_error.hpp"
#include "storage/text.hpp"

namespace jobhost::storage {

namespace {

[[noreturn]] void refuse(const Limit& limit, const std::string& why) {
    throw StorageError{
        StorageError::Kind::refused,
        (is_storable(limit.name) ? "the limit '" + limit.name + "'" : "a limit") + " is refused: " + why};
}

void check(const Limit& limit) {
    if (limit.name.empty() || limit.name.size() > kMaxNameSize || !is_storable(limit.name) ||
        limit.name.find(':') != std::string::npos)
        refuse(limit, "its name must be 1 to " + std::to_string(kMaxNameSize) +
                          " bytes of UTF-8 without NUL and ':'");
    const std::int64_t most =
        limit.kind == LimitKind::sliding_window ? kMaxSlidingCapacity : kMaxLimitCapacity;
    if (limit.capacity < 1 || limit.capacity > most)
        refuse(limit, "its capacity must be 1 to " + std::to_string(most) + ", is " +
                          std::to_string(limit.capacity));
    if (limit.kind == LimitKind::concurrent ? limit.window != Duration::zero()
                                            : limit.window <= Duration::zero())
        refuse(limit, limit.kind == LimitKind::concurrent ? "a limit of concurrent runs has no window"
                                                          : "its window must be longer than 0");
}

LimitKind kind_of(int number) {
    return stored_as<LimitKind>(kLimitKindNames, number, "the kind of a limit");
}

// False: it is so already.
bool put(Session& session, const Limit& limit) {
    const Parameters values{
        {"name", limit.name}, {"capacity", limit.capacity}, {"window", limit.window.count()}};
    const auto found = session.rows<int, long long, long long>("limit_find", {{"name", limit.name}});
    if (found.empty()) {
        Parameters all = values;
        all.emplace_back("kind", static_cast<long long>(limit.kind));
        session.execute("limit_insert", all);
        return true;
    }
    const auto& [kind, capacity, window] = found.front();
    if (kind_of(kind) != limit.kind)
        refuse(limit, "it is of the kind " + std::string{to_string(kind_of(kind))} +
                          "; remove it first, or give this one another name");
    if (capacity == limit.capacity && window == limit.window.count()) return false;
    session.execute("limit_change", values);
    if (limit.kind == LimitKind::bucket)
        session.execute("limit_bucket_change",
                        {{"name", limit.name},
                         {"now", micros(session.now())},
                         {"old_step", bucket_step({limit.name, limit.kind, capacity, Duration{window}})},
                         {"capacity", limit.capacity},
                         {"step", bucket_step(limit)}});
    return true;
}

void hold_keys_of(Session& session, const std::string& name) {
    session.rows<std::string>("limit_states_hold", {{"name", name}});
}

std::vector<KeyUsage> usages(Session& session, const char* statement, const Parameters& parameters) {
    std::vector<KeyUsage> found;
    for (auto& [key, taken, opens_at] :
         session.rows<std::string, long long, std::optional<long long>>(statement, parameters)) {
        const auto parked = session.rows<long long>("limit_key_parked", {{"key", key}});
        found.push_back({.key = key.substr(key.find(':') + 1),
                         .slots = {taken, std::get<0>(parked.at(0)), instant(opens_at)}});
    }
    return found;
}

}  // namespace

void SociLimitStore::set(std::span<const Limit> limits) {
    for (const Limit& limit : limits)
        check(limit);
    std::vector<std::string> changed;
    database_.write_repeatedly([&](Session& session) {
        changed.clear();
        for (const Limit& limit : limits)
            if (put(session, limit)) changed.push_back(limit.name);
    });
    if (changed.empty()) return;
    // Afterwards: whoever has locked a key of theirs with the old rule in mind has then let go of it.
    database_.write_repeatedly([&](Session& session) {
        for (const std::string& name : changed) {
            hold_keys_of(session, name);
            session.execute("limit_look_again", {{"name", name}, {"now", micros(session.now())}});
        }
        session.announce();
    });
}

bool SociLimitStore::remove(const std::string& name) {
    bool is_removed = false;
    database_.write_repeatedly([&](Session& session) {
        is_removed = session.execute("limit_delete", {{"name", name}}) > 0 || is_removed;
    });
    if (!is_removed) return false;
    database_.write_repeatedly([&](Session& session) {
        hold_keys_of(session, name);
        session.execute("limit_instant_forget", {{"name", name}});
        session.execute("limit_state_forget", {{"name", name}});
        session.execute("limit_state_reset", {{"name", name}, {"now", micros(session.now())}});
        session.announce();
    });
    return true;
}

std::vector<LimitUsage> SociLimitStore::list() {
    std::vector<LimitUsage> limits;
    database_.read([&](Session& session) {
        limits.clear();
        for (auto& [name, kind, capacity, window] :
             session.rows<std::string, int, long long, long long>("limit_list")) {
            LimitUsage usage{.limit = {name, kind_of(kind), capacity, Duration{window}}};
            for (const auto& [limit, keys, taken, opens_at] :
                 session.rows<std::string, long long, long long, std::optional<long long>>(
                     "limit_usage", {{"name", name}})) {
                usage.keys = keys;
                usage.slots = {.taken = taken, .opens_at = instant(opens_at)};
            }
            usage.slots.parked = std::get<0>(session.rows<long long>("limit_parked", {{"name", name}}).at(0));
            limits.push_back(std::move(usage));
        }
    });
    return limits;
}

std::vector<KeyUsage> SociLimitStore::keys(const std::string& limit, std::size_t most) {
    std::vector<KeyUsage> found;
    database_.read([&](Session& session) {
        found = usages(session, "limit_key_list", {{"name", limit}, {"count", static_cast<long long>(most)}});
    });
    return found;
}

SlotCounts SociLimitStore::slots_of(const LimitUse& use) {
    std::vector<KeyUsage> found;
    database_.read([&](Session& session) {
        found = usages(session, "limit_key_find", {{"key", use.limit + ":" + use.key}});
    });
    return found.empty() ? SlotCounts{} : found.front().slots;
}

std::size_t SociLimitStore::grant(std::size_t limit) {
    return grants_.run(changes_, limit);
}

}  // namespace jobhost::storage
