// Tells the database which job types a server runs, after its plugins have changed.
#pragma once

#include "host/sync/guarded.hpp"
#include "storage/server_store.hpp"

#include <chrono>
#include <optional>
#include <utility>
#include <vector>

namespace jobhost::host {

// set() is for any thread, run_once() for one.
class AnnouncedTypes {
public:
    // `servers` outlive this.
    AnnouncedTypes(storage::ServerStore& servers, ServerId server) : servers_{servers}, server_{server} {}

    // Of several, the last ones count.
    void set(std::vector<storage::ServedType> types) {
        new_.with([&](auto& latest) { latest = std::move(types); });
    }
    // Writes what is new. How long until the next look, unless somebody sets others. Throws StorageError;
    // then the next call tries again.
    Duration run_once() {
        const auto types = new_.with([](auto& latest) { return std::exchange(latest, std::nullopt); });
        if (!types) return std::chrono::hours{1};
        try {
            servers_.set_types(server_, *types);  // not live any more: it will enter anew, with these
        } catch (...) {
            new_.with([&](auto& latest) {
                if (!latest) latest = *types;
            });
            throw;
        }
        return Duration::zero();
    }

private:
    storage::ServerStore& servers_;
    const ServerId server_;
    Guarded<std::optional<std::vector<storage::ServedType>>> new_;
};

}  // namespace jobhost::host
