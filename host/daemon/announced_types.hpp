// Tells the database which job types a server runs, and what it has of plugins, after these have changed.
#pragma once

#include "host/sync/guarded.hpp"
#include "storage/server_store.hpp"

#include <chrono>
#include <optional>
#include <utility>
#include <vector>

namespace jobhost::host {

// run_once() is for one thread, the others for any.
class AnnouncedTypes {
public:
    // `servers` outlive this.
    AnnouncedTypes(storage::ServerStore& servers, ServerId server) : servers_{servers}, server_{server} {}

    // Of several, the last ones count.
    void set(std::vector<storage::ServedType> types) {
        types_.with([&](auto& latest) { latest = std::move(types); });
    }
    void set_plugins(std::vector<storage::ServedPlugin> plugins) {
        plugins_.with([&](auto& latest) { latest = std::move(plugins); });
    }
    // Writes what is new. How long until the next look, unless somebody sets others. Throws StorageError;
    // then the next call tries again.
    Duration run_once() {
        // Not live any more: it will enter anew, with these.
        const bool has_types = write(types_, [&](const auto& types) { servers_.set_types(server_, types); });
        const bool has_plugins =
            write(plugins_, [&](const auto& plugins) { servers_.set_plugins(server_, plugins); });
        return has_types || has_plugins ? Duration::zero() : std::chrono::hours{1};
    }

private:
    template <class What>
    using Latest = Guarded<std::optional<std::vector<What>>>;

    // Whether there was anything.
    template <class What, class Set>
    static bool write(Latest<What>& all, Set set) {
        const auto news = all.with([](auto& latest) { return std::exchange(latest, std::nullopt); });
        if (!news) return false;
        try {
            set(*news);
        } catch (...) {
            all.with([&](auto& latest) {
                if (!latest) latest = *news;
            });
            throw;
        }
        return true;
    }

    storage::ServerStore& servers_;
    const ServerId server_;
    Latest<storage::ServedType> types_;
    Latest<storage::ServedPlugin> plugins_;
};

}  // namespace jobhost::host
