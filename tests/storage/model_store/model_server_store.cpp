#include "tests/storage/model_store/model_server_store.hpp"

#include <algorithm>

namespace jobhost::storage::model {

namespace {

ServerRecord* find(ModelDatabase& database, const std::string& incarnation) {
    for (auto& [id, record] : database.servers)
        if (record.info.incarnation == incarnation) return &record;
    return nullptr;
}

// A server that has ended already stays as it is.
void end(ModelDatabase& database, ServerId server, ServerState state, TimePoint now) {
    if (!database.is_live(server)) return;
    ServerInfo& info = database.servers.at(server).info;
    info.state = state;
    info.stopped_at = now;
    info.queues.clear();
    database.servers.at(server).plugins.clear();
}

}  // namespace

ServerId ModelServerStore::enter(const ServerInfo& info, std::span<const ServedType> types) {
    return opened_.write([&](ModelDatabase& database, TimePoint now) {
        if (const ServerRecord* known = find(database, info.incarnation)) return known->info.id;
        ServerRecord record{info, {types.begin(), types.end()}};
        record.info.id = ServerId{database.next_server++};
        record.info.state = ServerState::live;
        record.info.beat = 0;
        record.info.started_at = now;
        record.info.stopped_at.reset();
        std::ranges::sort(record.info.queues);
        return database.servers.emplace(record.info.id, record).first->first;
    });
}

bool ModelServerStore::set_types(ServerId server, std::span<const ServedType> types) {
    return opened_.write([&](ModelDatabase& database, TimePoint) {
        if (!database.is_live(server)) return false;
        database.servers.at(server).types = {types.begin(), types.end()};
        return true;
    });
}

void ModelServerStore::leave(ServerId server) {
    opened_.write(
        [&](ModelDatabase& database, TimePoint now) { end(database, server, ServerState::stopped, now); });
}

bool ModelServerStore::beat(ServerId server, Duration lease) {
    return opened_.write([&](ModelDatabase& database, TimePoint) {
        if (!database.is_live(server)) return false;
        ServerInfo& info = database.servers.at(server).info;
        ++info.beat;
        info.lease = lease;
        return true;
    });
}

std::optional<ServerId> ModelServerStore::declare_dead(const std::string& incarnation) {
    return opened_.write([&](ModelDatabase& database, TimePoint now) -> std::optional<ServerId> {
        const ServerRecord* found = find(database, incarnation);
        if (found == nullptr) return std::nullopt;
        end(database, found->info.id, ServerState::dead, now);
        return found->info.id;
    });
}

bool ModelServerStore::declare_dead(ServerId server, std::int64_t beat) {
    return opened_.write([&](ModelDatabase& database, TimePoint now) {
        if (!database.is_live(server) || database.servers.at(server).info.beat != beat) return false;
        end(database, server, ServerState::dead, now);
        return true;
    });
}

std::vector<ServerId> ModelServerStore::stranded(std::size_t limit) {
    return opened_.read([&](const ModelDatabase& database) {
        std::set<ServerId> holders;
        for (const auto& [id, job] : database.jobs)
            if (job.state() == StateName::processing && !database.is_live(job.server))
                holders.insert(job.server);
        std::vector<ServerId> found;
        for (const ServerId holder : holders)
            if (found.size() < limit) found.push_back(holder);
        return found;
    });
}

std::size_t ModelServerStore::recover(ServerId server, std::size_t limit) {
    return opened_.write([&](ModelDatabase& database, TimePoint now) {
        std::size_t count = 0;
        if (database.is_live(server)) return count;
        for (auto& [id, job] : database.jobs) {
            if (job.state() != StateName::processing || job.server != server || count == limit) continue;
            job.server = {};
            ++job.seen.recoveries;
            job.events.push_back({.at = now,
                                  .cause = Cause::recovered,
                                  .attempt = job.seen.attempt,
                                  .error_code = "host_died",
                                  .message = "its host ended in the middle of the run",
                                  .by = {}});
            if (!end_unless_wanted(job, now)) enqueue_again(job);
            ++count;
        }
        return count;
    });
}

std::vector<ServerInfo> ModelServerStore::list() {
    return opened_.read([](const ModelDatabase& database) {
        std::vector<ServerInfo> infos;
        for (const auto& [id, record] : database.servers)
            infos.push_back(record.info);
        return infos;
    });
}

std::vector<ServedType> ModelServerStore::served_types() {
    return opened_.read([](const ModelDatabase& database) {
        std::map<std::pair<std::string, int>, ServedType> found;
        for (const auto& [id, record] : database.servers)
            if (record.info.state == ServerState::live)
                for (const ServedType& type : record.types)
                    if (const auto [at, is_new] = found.try_emplace({type.type, type.payload_version}, type);
                        !is_new && (at->second.is_older || !type.is_older))
                        at->second = type;
        std::vector<ServedType> types;
        for (const auto& [key, type] : found)
            types.push_back(type);
        return types;
    });
}

void ModelServerStore::set_plugins(ServerId server, std::span<const ServedPlugin> plugins) {
    opened_.write([&](ModelDatabase& database, TimePoint) {
        if (database.is_live(server)) database.servers.at(server).plugins = {plugins.begin(), plugins.end()};
    });
}

std::map<ServerId, std::vector<ServedPlugin>> ModelServerStore::served_plugins() {
    return opened_.read([&](const ModelDatabase& database) {
        std::map<ServerId, std::vector<ServedPlugin>> found;
        for (const auto& [id, server] : database.servers)
            if (!server.plugins.empty()) found[id] = server.plugins;
        return found;
    });
}

}  // namespace jobhost::storage::model
