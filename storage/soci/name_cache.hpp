// What small rows that never change stand for: lanes, policies and definitions' names, by number and back.
#pragma once

#include "storage/model/job.hpp"
#include "storage/soci/session.hpp"

#include <map>
#include <mutex>

namespace jobhost::storage {

// Thread-safe. Rows found or made in a transaction are remembered only when that transaction is durable: a
// transaction collects them in a Draft and gives that to remember() afterwards.
class NameCache {
public:
    struct LaneKey {
        std::string queue;
        std::string type;
        int payload_version = 1;
        auto operator<=>(const LaneKey&) const = default;
    };
    struct Draft {
        std::map<LaneKey, LaneId> lanes;
        std::map<std::string, PolicyId> policies;  // by digest
        std::map<PolicyId, std::optional<Policy>> policy_bodies;
        std::map<DefinitionId, std::string> definition_names;
    };

    // Each looks in the cache, then in the draft, then in the database; the first two make the row if need
    // be.
    LaneId lane(Session& session, Draft& draft, const LaneKey& key);
    PolicyId policy(Session& session, Draft& draft, const Policy& policy);
    // Nothing: it cannot be read, as a newer program has written it.
    std::optional<Policy> policy(Session& session, Draft& draft, PolicyId id);
    std::string definition_name(Session& session, Draft& draft, DefinitionId id);

    void remember(Draft&& draft);

private:
    template <class Map, class Find>
    auto find_or(Map Draft::*member, Draft& draft, const typename Map::key_type& key, Find find);

    std::mutex mutex_;
    Draft known_;
};

}  // namespace jobhost::storage
