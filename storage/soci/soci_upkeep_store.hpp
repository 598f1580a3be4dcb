#pragma once

#include "storage/soci/changes.hpp"
#include "storage/upkeep_store.hpp"

#include <limits>

namespace jobhost::storage {

class SociUpkeepStore final : public UpkeepStore {
public:
    explicit SociUpkeepStore(Changes& changes) : changes_{changes}, database_{changes.database()} {}

    Purged purge(PurgePosition& position, std::size_t limit) override;
    std::size_t purge_by_count(std::size_t limit) override;
    std::size_t purge_servers() override;
    std::size_t fold_counters() override;
    bool recount() override;

private:
    // Jobs of a definition in a final state, from the youngest on. So many are skipped, and after that what
    // lies before the position.
    struct Surplus {
        long long definition = 0;
        int state = 0;
        long long skipped = 0;
        long long finished_at = std::numeric_limits<long long>::max();
        long long id = std::numeric_limits<long long>::max();
        bool is_over = false;
    };

    std::size_t purge_jobs(PurgePosition& position, std::size_t limit);
    // How many batches and keys of limits went, or were given up.
    std::size_t purge_workflows(std::size_t limit);
    std::size_t purge_surplus(Surplus& surplus, std::size_t limit);

    Changes& changes_;
    Database& database_;
};

}  // namespace jobhost::storage
