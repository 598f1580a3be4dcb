// The servers of a database, as a test wants them, on its own clock.
#pragma once

#include "storage/server_store.hpp"
#include "storage/storage_error.hpp"

#include <algorithm>
#include <functional>
#include <map>

namespace jobhost::test {

// Not thread-safe. Answers at once unless told to do something first.
class FakeServers final : public storage::ServerStore {
public:
    std::vector<storage::ServerInfo> servers;
    std::map<ServerId, std::size_t> jobs;  // in processing
    std::vector<std::size_t> recoveries;   // how many jobs each call gave back
    std::vector<storage::ServedType> set_to;
    std::vector<storage::ServedPlugin> plugins_set_to;
    bool is_away = false;
    std::function<void()> before_answer = [] {};  // while a question is on its way
    std::function<void()> before_declaration = [] {};

    storage::ServerInfo& add(std::int64_t id, Duration lease = std::chrono::seconds{20}) {
        return servers.emplace_back(
            storage::ServerInfo{.id = ServerId{id}, .name = "server", .lease = lease});
    }
    storage::ServerInfo& at(std::int64_t id) {
        return *std::find_if(servers.begin(), servers.end(),
                             [&](const auto& server) { return server.id == ServerId{id}; });
    }
    bool is_dead(std::int64_t id) { return at(id).state == storage::ServerState::dead; }

    bool set_types(ServerId server, std::span<const storage::ServedType> types) override {
        answer();
        if (at(server.value).state != storage::ServerState::live) return false;
        set_to.assign(types.begin(), types.end());
        return true;
    }
    bool beat(ServerId server, Duration lease) override {
        answer();
        storage::ServerInfo& found = at(server.value);
        if (found.state != storage::ServerState::live) return false;
        ++found.beat;
        found.lease = lease;
        return true;
    }
    bool declare_dead(ServerId server, std::int64_t beat) override {
        before_declaration();
        answer();
        storage::ServerInfo& found = at(server.value);
        if (found.state != storage::ServerState::live || found.beat != beat) return false;
        found.state = storage::ServerState::dead;
        return true;
    }
    std::vector<ServerId> stranded(std::size_t) override {
        answer();
        std::vector<ServerId> found;
        for (const auto& [server, count] : jobs)
            if (count > 0 && at(server.value).state != storage::ServerState::live) found.push_back(server);
        return found;
    }
    std::size_t recover(ServerId server, std::size_t limit) override {
        answer();
        const std::size_t count = std::min(limit, jobs[server]);
        jobs[server] -= count;
        recoveries.push_back(count);
        return count;
    }
    std::vector<storage::ServerInfo> list() override {
        answer();
        return servers;
    }
    ServerId enter(const storage::ServerInfo&, std::span<const storage::ServedType>) override { return {}; }
    void leave(ServerId) override {}
    std::optional<ServerId> declare_dead(const std::string&) override { return {}; }
    std::vector<storage::ServedType> served_types() override { return {}; }
    void set_plugins(ServerId, std::span<const storage::ServedPlugin> plugins) override {
        answer();
        plugins_set_to.assign(plugins.begin(), plugins.end());
    }
    std::map<ServerId, std::vector<storage::ServedPlugin>> served_plugins() override { return {}; }

private:
    void answer() {
        before_answer();
        if (is_away) throw storage::StorageError{storage::StorageError::Kind::unavailable, "away"};
    }
};

}  // namespace jobhost::test
