#include "storage/soci/soci_server_store.hpp"

#include "storage/soci/claim.hpp"
#include "storage/soci/departures.hpp"
#include "storage/soci/instants.hpp"
#include "storage/soci/settle.hpp"

#include <boost/json.hpp>

#include <map>

namespace jobhost::storage {

namespace {

// A beat that takes longer is better tried again than waited for: the lease runs meanwhile.
constexpr Duration kBeatPatience = std::chrono::seconds{5};

std::string rows_of(std::span<const ServedType> types) {
    boost::json::array rows;
    for (const ServedType& type : types)
        rows.push_back({{"type", type.type},
                        {"payload_version", type.payload_version},
                        {"plugin_version", type.plugin_version},
                        {"digest", type.digest},
                        {"arguments_schema", type.arguments_schema},
                        {"description", type.description},
                        {"is_older", type.is_older ? 1 : 0},
                        {"is_privileged", type.is_privileged ? 1 : 0}});
    return boost::json::serialize(rows);
}

std::string rows_of(const std::vector<std::string>& queues) {
    boost::json::array rows;
    for (const std::string& queue : queues)
        rows.push_back(boost::json::object{{"queue", queue}});
    if (queues.empty()) rows.push_back(boost::json::object{{"queue", ""}});
    return boost::json::serialize(rows);
}

struct FoundServer {
    ServerId id;
    ServerState state;
};

std::optional<FoundServer> find_server(Session& session, const std::string& incarnation) {
    const auto found = session.rows<long long, int>("server_find", {{"incarnation", incarnation}});
    if (found.empty()) return std::nullopt;
    const auto [id, state] = found.front();
    return FoundServer{ServerId{id}, static_cast<ServerState>(state)};
}

void insert_types(Session& session, ServerId server, std::span<const ServedType> types) {
    if (types.empty()) return;
    session.execute("served_type_insert", {{"server", server.value}, {"rows", rows_of(types)}});
}

// What it served.
void forget_served(Session& session, ServerId server) {
    session.execute("served_type_delete", {{"id", server.value}});
    session.execute("served_plugin_delete", {{"id", server.value}});
    session.execute("served_queue_delete", {{"id", server.value}});
}

void end(Session& session, ServerId server, ServerState state, TimePoint now) {
    session.execute("server_end",
                    {{"id", server.value}, {"state", static_cast<long long>(state)}, {"now", micros(now)}});
    forget_served(session, server);
}

}  // namespace

ServerId SociServerStore::enter(const ServerInfo& info, std::span<const ServedType> types) {
    ServerId id;
    database_.write([&](Session& session) {
        if (const auto known = find_server(session, info.incarnation)) {
            id = known->id;
            return;
        }
        session.execute("server_insert", {{"incarnation", info.incarnation},
                                          {"name", info.name},
                                          {"application", info.application},
                                          {"host_name", info.host_name},
                                          {"pid", info.pid},
                                          {"workers", info.workers},
                                          {"lease", info.lease.count()},
                                          {"now", micros(session.now())}});
        id = find_server(session, info.incarnation).value().id;
        session.execute("served_queue_insert", {{"server", id.value}, {"rows", rows_of(info.queues)}});
        insert_types(session, id, types);
    });
    return id;
}

bool SociServerStore::set_types(ServerId server, std::span<const ServedType> types) {
    bool is_live = false;
    database_.write([&](Session& session) {
        is_live = !session.rows<long long>("server_hold_live", {{"id", server.value}}).empty();
        if (!is_live) return;
        session.execute("served_type_delete", {{"id", server.value}});
        insert_types(session, server, types);
        session.announce();  // jobs that others cannot run may wait
    });
    return is_live;
}

void SociServerStore::set_plugins(ServerId server, std::span<const ServedPlugin> plugins) {
    database_.write([&](Session& session) {
        if (session.rows<long long>("server_hold_live", {{"id", server.value}}).empty()) return;
        session.execute("served_plugin_delete", {{"id", server.value}});
        for (std::size_t i = 0; i < plugins.size(); ++i)
            session.execute("served_plugin_insert", {{"server", server.value},
                                                     {"place", static_cast<long long>(i)},
                                                     {"plugin", plugins[i].plugin},
                                                     {"file", plugins[i].file},
                                                     {"version", plugins[i].version},
                                                     {"digest", plugins[i].digest},
                                                     {"generation", plugins[i].generation},
                                                     {"state", static_cast<long long>(plugins[i].state)},
                                                     {"reason", plugins[i].reason}});
    });
}

void SociServerStore::leave(ServerId server) {
    database_.write([&](Session& session) { end(session, server, ServerState::stopped, session.now()); });
}

std::optional<ServerId> SociServerStore::declare_dead(const std::string& incarnation) {
    std::optional<ServerId> dead;
    database_.write([&](Session& session) {
        dead.reset();
        const auto found = find_server(session, incarnation);
        if (!found) return;
        if (found->state == ServerState::live) end(session, found->id, ServerState::dead, session.now());
        dead = found->id;
    });
    return dead;
}

bool SociServerStore::beat(ServerId server, Duration lease) {
    bool is_live = false;
    database_.write_within(kBeatPatience, [&](Session& session) {
        is_live = session.execute("server_beat", {{"id", server.value}, {"lease", lease.count()}}) == 1;
    });
    return is_live;
}

bool SociServerStore::declare_dead(ServerId server, std::int64_t beat) {
    bool is_declared = false;
    database_.write([&](Session& session) {
        is_declared = session.execute("server_end_silent", {{"id", server.value},
                                                            {"state", static_cast<int>(ServerState::dead)},
                                                            {"now", micros(session.now())},
                                                            {"beat", beat}}) == 1;
        if (is_declared) forget_served(session, server);
    });
    return is_declared;
}

std::vector<ServerId> SociServerStore::stranded(std::size_t limit) {
    std::vector<ServerId> found;
    database_.read([&](Session& session) {
        for (const auto& [id] :
             session.rows<long long>("server_stranded", {{"count", static_cast<long long>(limit)}}))
            found.push_back(ServerId{id});
    });
    return found;
}

std::size_t SociServerStore::recover(ServerId server, std::size_t limit) {
    std::size_t count = 0;
    changes_.write([&](Change& change) {
        count = 0;
        Session& session = change.session;
        if (is_live(session, server)) return;
        const TimePoint now = session.now();
        std::vector<std::pair<JobId, JobEvent>> events;
        Departures departures{Departures::From::processing};
        for (const auto& [id, attempt, lane, state, flags, batch] :
             session.rows<long long, int, long long, int, int, std::optional<long long>>(
                 "server_recover", {{"server", server.value},
                                    {"count", static_cast<long long>(limit)},
                                    {"now", micros(now)}})) {
            change.tally.moved(LaneId{lane}, StateName::processing, static_cast<StateName>(state));
            departures.add(JobId{id}, static_cast<StateName>(state), flags, batch);
            events.emplace_back(JobId{id}, JobEvent{.at = now,
                                                    .cause = Cause::recovered,
                                                    .attempt = attempt,
                                                    .error_code = "host_died",
                                                    .message = "its host ended in the middle of the run"});
        }
        insert_events(session, events);
        count = events.size();
        if (count > 0) session.announce();
        departures.follow(change);
    });
    return count;
}

std::vector<ServerInfo> SociServerStore::list() {
    std::vector<ServerInfo> servers;
    database_.read([&](Session& session) {
        servers.clear();
        std::map<ServerId, std::vector<std::string>> queues;
        for (auto& [server, queue] : session.rows<long long, std::string>("served_queue_list"))
            queues[ServerId{server}].push_back(std::move(queue));
        for (auto& [id, incarnation, name, application, host_name, pid, workers, state, started_at,
                    stopped_at, beat, lease] :
             session.rows<long long, std::string, std::string, std::string, std::string, long long, int, int,
                          long long, std::optional<long long>, long long, long long>("server_list"))
            servers.push_back({.id = ServerId{id},
                               .incarnation = std::move(incarnation),
                               .name = std::move(name),
                               .application = std::move(application),
                               .host_name = std::move(host_name),
                               .pid = pid,
                               .workers = workers,
                               .queues = std::move(queues[ServerId{id}]),
                               .state = static_cast<ServerState>(state),
                               .started_at = instant(started_at),
                               .stopped_at = instant(stopped_at),
                               .beat = beat,
                               .lease = Duration{lease}});
    });
    return servers;
}

std::vector<ServedType> SociServerStore::served_types() {
    std::vector<ServedType> types;
    database_.read([&](Session& session) {
        for (auto& [type, payload_version, plugin_version, digest, schema, description, is_older,
                    is_privileged] :
             session.rows<std::string, int, std::string, std::string, std::string, std::string, int, int>(
                 "served_types"))
            types.push_back({std::move(type), payload_version, std::move(plugin_version), std::move(digest),
                             std::move(schema), std::move(description), is_older != 0, is_privileged != 0});
    });
    return types;
}

std::map<ServerId, std::vector<ServedPlugin>> SociServerStore::served_plugins() {
    std::map<ServerId, std::vector<ServedPlugin>> found;
    database_.read([&](Session& session) {
        found.clear();
        for (auto& [server, plugin, file, version, digest, generation, state, reason] :
             session.rows<long long, std::string, std::string, std::string, std::string, long long, int,
                          std::string>("served_plugin_list"))
            found[ServerId{server}].push_back({.plugin = std::move(plugin),
                                               .file = std::move(file),
                                               .version = std::move(version),
                                               .digest = std::move(digest),
                                               .generation = generation,
                                               .state = static_cast<PluginState>(state),
                                               .reason = std::move(reason)});
    });
    return found;
}

}  // namespace jobhost::storage
