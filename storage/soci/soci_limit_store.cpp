#include "storage/soci/soci_limit_store.hpp"

#include "storage/model/job.hpp"
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

}  // namespace

void SociLimitStore::set(std::span<const Limit> limits) {
    for (const Limit& limit : limits)
        check(limit);
    database_.write_repeatedly([&](Session& session) {
        for (const Limit& limit : limits) {
            const auto found = session.rows<int, long long, long long>("limit_find", {{"name", limit.name}});
            const Parameters values{
                {"name", limit.name}, {"capacity", limit.capacity}, {"window", limit.window.count()}};
            if (found.empty()) {
                Parameters all = values;
                all.emplace_back("kind", static_cast<long long>(limit.kind));
                session.execute("limit_insert", all);
            } else if (const auto& [kind, capacity, window] = found.front();
                       kind != static_cast<int>(limit.kind)) {
                refuse(limit, "it is of the kind " + std::string{to_string(static_cast<LimitKind>(kind))} +
                                  "; remove it first, or give this one another name");
            } else if (capacity != limit.capacity || window != limit.window.count()) {
                session.execute("limit_change", values);
            }
        }
        session.announce();
    });
}

bool SociLimitStore::remove(const std::string& name) {
    bool is_removed = false;
    database_.write_repeatedly([&](Session& session) {
        if (!session.rows<long long>("limit_users", {{"name", name}, {"count", 1}}).empty())
            throw StorageError{StorageError::Kind::refused,
                               "jobs that are not final need the limit '" + name + "'"};
        is_removed = session.execute("limit_delete", {{"name", name}}) > 0 || is_removed;
        session.execute("limit_instant_forget", {{"name", name}});
        session.execute("limit_state_delete", {{"name", name}});
    });
    return is_removed;
}

std::vector<LimitUsage> SociLimitStore::list() {
    std::vector<LimitUsage> limits;
    database_.read([&](Session& session) {
        limits.clear();
        for (auto& [name, kind, capacity, window] :
             session.rows<std::string, int, long long, long long>("limit_list")) {
            LimitUsage usage{.limit = {name, static_cast<LimitKind>(kind), capacity, Duration{window}}};
            if (usage.limit.kind != LimitKind::concurrent) {
                limits.push_back(std::move(usage));
                continue;
            }
            for (const auto& [limit, keys, taken] :
                 session.rows<std::string, long long, long long>("limit_usage", {{"name", name}})) {
                usage.keys = keys;
                usage.taken = taken;
            }
            usage.parked = std::get<0>(session.rows<long long>("limit_parked", {{"name", name}}).at(0));
            limits.push_back(std::move(usage));
        }
    });
    return limits;
}

std::size_t SociLimitStore::grant(std::size_t limit) {
    return grants_.run(changes_, limit);
}

}  // namespace jobhost::storage
