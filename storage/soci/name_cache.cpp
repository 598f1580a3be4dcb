#include "storage/soci/name_cache.hpp"

#include "storage/digest.hpp"
#include "storage/model_json.hpp"
#include "storage/storage_error.hpp"

namespace jobhost::storage {

template <class Map, class Find>
auto NameCache::find_or(Map Draft::*member, Draft& draft, const typename Map::key_type& key, Find find) {
    {
        const std::lock_guard lock{mutex_};
        const auto known = (known_.*member).find(key);
        if (known != (known_.*member).end()) return known->second;
    }
    const auto drafted = (draft.*member).find(key);
    if (drafted != (draft.*member).end()) return drafted->second;
    return (draft.*member)[key] = find();
}

LaneId NameCache::lane(Session& session, Draft& draft, const LaneKey& key) {
    return find_or(&Draft::lanes, draft, key, [&] {
        const std::vector<Parameter> parameters{
            {"queue", key.queue}, {"type", key.type}, {"payload_version", key.payload_version}};
        auto found = session.rows<long long>("lane_find", parameters);
        if (found.empty()) {
            session.execute("lane_insert", parameters);
            found = session.rows<long long>("lane_find", parameters);
        }
        return LaneId{std::get<0>(found.at(0))};
    });
}

PolicyId NameCache::policy(Session& session, Draft& draft, const Policy& policy) {
    const std::string body = to_json(policy);
    const std::string digest = sha256(body);
    return find_or(&Draft::policies, draft, digest, [&] {
        auto found = session.rows<long long>("policy_find", {{"digest", digest}});
        if (found.empty()) {
            session.execute("policy_insert", {{"digest", digest}, {"body", body}});
            found = session.rows<long long>("policy_find", {{"digest", digest}});
        }
        return PolicyId{std::get<0>(found.at(0))};
    });
}

std::optional<Policy> NameCache::policy(Session& session, Draft& draft, PolicyId id) {
    return find_or(&Draft::policy_bodies, draft, id, [&]() -> std::optional<Policy> {
        const auto found = session.rows<std::string>("policy_body", {{"id", id.value}});
        if (found.empty()) throw StorageError{StorageError::Kind::corrupt, "a job's policy is missing"};
        try {
            return policy_from_json(std::get<0>(found.front()));
        } catch (const StorageError&) {
            return std::nullopt;
        }
    });
}

std::string NameCache::definition_name(Session& session, Draft& draft, DefinitionId id) {
    return find_or(&Draft::definition_names, draft, id, [&] {
        const auto found = session.rows<std::string>("definition_name", {{"id", id.value}});
        return found.empty() ? std::string{} : std::get<0>(found.front());
    });
}

void NameCache::remember(Draft&& draft) {
    const std::lock_guard lock{mutex_};
    known_.lanes.merge(draft.lanes);
    known_.policies.merge(draft.policies);
    known_.policy_bodies.merge(draft.policy_bodies);
    known_.definition_names.merge(draft.definition_names);
}

}  // namespace jobhost::storage
