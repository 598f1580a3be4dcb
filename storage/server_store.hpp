// The hosts that share this database, and what becomes of their jobs when they end.
#pragma once

#include "storage/model/job.hpp"

#include <map>
#include <span>
#include <vector>

namespace jobhost::storage {

// Stored in server.state: DO NOT RENUMBER.
enum class ServerState : std::uint8_t { live = 1, stopped = 2, dead = 3 };

struct ServerInfo {
    ServerId id;
    std::string incarnation;  // UUID; a restarted host is another server
    std::string name;
    std::string application;
    std::string host_name;
    std::int64_t pid = 0;
    int workers = 0;
    // That it takes jobs from, each once; none: from all. Sorted, and none once it has ended, where it is
    // listed.
    std::vector<std::string> queues = {};
    ServerState state = ServerState::live;
    TimePoint started_at;
    std::optional<TimePoint> stopped_at;
    std::int64_t beat = 0;  // raised by the server as long as it is well
    Duration lease = std::chrono::seconds{
        20};  // without a beat for so long, by an observer's own clock, it counts as dead
};

// A job type that a server runs, in one of the payload versions that it takes.
struct ServedType {
    std::string type;  // "report.render"
    int payload_version = 1;
    std::string plugin_version;
    std::string digest;            // SHA-256 of the plugin's file, hex
    std::string arguments_schema;  // JSON Schema; empty: anything
    std::string description;
    bool is_older = false;       // jobs of this payload version are taken, and new ones get another one
    bool is_privileged = false;  // jobs hand it in only by the name of a definition
};

// Stored in served_plugin.state: DO NOT RENUMBER.
enum class PluginState : std::uint8_t {
    live = 1,
    waiting = 2,   // it takes over when its first worker is ready, and enough of those before it have ended
    draining = 3,  // what runs of it goes on to its end
    refused = 4,
};

// A generation of a plugin that a server has, or a file that it refuses.
struct ServedPlugin {
    std::string plugin;  // refused: empty
    std::string file;    // in the plugin folder of the server
    std::string version;
    std::string digest;
    std::int64_t generation = 0;
    PluginState state = PluginState::live;
    std::string reason;  // refused: why
};

// Thread-safe. Every call may throw StorageError.
class ServerStore {
public:
    virtual ~ServerStore() = default;

    // Announce a new incarnation; `info.id`, `info.state`, `info.beat` and `info.started_at`, which is now,
    // are ignored. Announcing it again, because the answer did not arrive, yields the same id.
    virtual ServerId enter(const ServerInfo& info, std::span<const ServedType> types) = 0;
    // From now on it runs these types, as its plugins have changed. False: it is not live any more.
    virtual bool set_types(ServerId server, std::span<const ServedType> types) = 0;
    // From now on it has these. Not of one that is not live any more.
    virtual void set_plugins(ServerId server, std::span<const ServedPlugin> plugins) = 0;
    // It ends in order and holds no job any more.
    virtual void leave(ServerId server) = 0;
    // Raise the server's beat and set the lease that it counts by. False: it is not live any more, and
    // nothing that it does counts.
    virtual bool beat(ServerId server, Duration lease) = 0;

    // That incarnation has provably ended. Its id; nothing: this database knows no such server.
    virtual std::optional<ServerId> declare_dead(const std::string& incarnation) = 0;
    // An observer has seen no other beat than `beat` for the server's lease. False: it has beaten since, or
    // has ended already.
    virtual bool declare_dead(ServerId server, std::int64_t beat) = 0;
    // Servers that are not live, or not there at all, and hold jobs all the same, at most `limit`.
    virtual std::vector<ServerId> stranded(std::size_t limit) = 0;
    // Jobs of a server that is not live go back to their queues, at most `limit`; how many went. Those that
    // were cancelled or have expired become deleted. Nothing goes from a live server.
    virtual std::size_t recover(ServerId server, std::size_t limit) = 0;

    virtual std::vector<ServerInfo> list() = 0;
    // The types that live servers run, each once; those of stopped servers are not listed.
    virtual std::vector<ServedType> served_types() = 0;
    // What live servers have, each in its own order.
    virtual std::map<ServerId, std::vector<ServedPlugin>> served_plugins() = 0;
};

}  // namespace jobhost::storage
