#include "storage/soci/soci_limit_store.hpp"

#include "storage/model/job.hpp"
#include "storage/soci/held_jobs.hpp"
#include "storage/soci/instants.hpp"
#include "storage/soci/key_slots.hpp"
#include "storage/soci/limit_slots.hpp"
#include "storage/soci/stored_enum.hpp"
#include "storage/storage_error.hpp"
#include "storage/text.hpp"

#include <algorithm>

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

Parameters with_kind(const Limit& limit) {
    return {{"name", limit.name},
            {"kind", static_cast<long long>(limit.kind)},
            {"capacity", limit.capacity},
            {"window", limit.window.count()}};
}

// A limit that is made again may be of another kind, and stand elsewhere in the order in which slots are
// taken: who was parked on its keys keeps nothing, or might keep now what others need who have what it needs.
void take_back_of_parked(Change& change, const std::string& name) {
    std::vector<JobId> jobs;
    for (const auto& [id] : change.session.rows<long long>("limit_promise_of_parked", {{"name", name}}))
        jobs.emplace_back(JobId{id});
    std::vector<JobId> parked;
    for (const HeldJob& job : hold_jobs(change.session, jobs))
        if (job.is_parked()) parked.push_back(job.id);
    LimitSlots{change}.take_back(parked);
}

// So that nobody goes by the old rule any more when it is written.
void hold_all_keys(Session& session) {
    if (session.catalog().contains("limit_states_lock")) session.execute("limit_states_lock");
}

void look_again(Session& session, const std::string& name) {
    session.execute("limit_look_again", {{"name", name}, {"now", micros(session.now())}});
    session.announce();
}

void add(Session& session, const Limit& limit) {
    session.execute("limit_insert", with_kind(limit));
    session.execute("limit_state_change", with_kind(limit));
    if (limit.kind == LimitKind::concurrent) {
        session.execute("limit_state_add", with_kind(limit));
        session.execute("limit_state_count", {{"name", limit.name}});
    }
    look_again(session, limit.name);
}

void change(Session& session, const Limit& before, const Limit& limit) {
    session.execute("limit_change",
                    {{"name", limit.name}, {"capacity", limit.capacity}, {"window", limit.window.count()}});
    session.execute("limit_state_change", with_kind(limit));
    if (limit.kind == LimitKind::bucket)
        session.execute("limit_bucket_change", {{"name", limit.name},
                                                {"now", micros(session.now())},
                                                {"old_step", bucket_step(before)},
                                                {"capacity", limit.capacity},
                                                {"step", bucket_step(limit)}});
    look_again(session, limit.name);
}

std::optional<Limit> find(Session& session, const std::string& name) {
    for (const auto& [kind, capacity, window] :
         session.rows<int, long long, long long>("limit_find", {{"name", name}}))
        return Limit{name, kind_of(kind), capacity, Duration{window}};
    return std::nullopt;
}

void put(Session& session, const Limit& limit) {
    const std::optional<Limit> before = find(session, limit.name);
    if (before == limit) return;
    if (!before) return add(session, limit);
    if (before->kind != limit.kind)
        refuse(limit, "it is of the kind " + std::string{to_string(before->kind)} +
                          "; remove it first, or give this one another name");
    change(session, *before, limit);
}

// Those that are as they are to be need no lock.
bool is_any_new(Session& session, std::span<const Limit> limits) {
    return std::ranges::any_of(limits,
                               [&](const Limit& limit) { return find(session, limit.name) != limit; });
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
    database_.write_repeatedly([&](Session& session) {
        if (!is_any_new(session, limits)) return;
        hold_all_keys(session);
        for (const Limit& limit : limits)
            put(session, limit);
    });
}

bool SociLimitStore::remove(const std::string& name) {
    bool is_removed = false;
    changes_.write_repeatedly([&](Change& change) {
        Session& session = change.session;
        hold_all_keys(session);
        is_removed = session.execute("limit_delete", {{"name", name}}) != 0;
        if (!is_removed) return;
        session.execute("limit_instant_forget", {{"name", name}});
        session.execute("limit_promise_forget", {{"name", name}});
        session.execute("limit_state_forget", {{"name", name}});
        session.execute("limit_state_reset", {{"name", name}, {"now", micros(session.now())}});
        take_back_of_parked(change, name);
        session.announce();
    });
    return is_removed;
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
