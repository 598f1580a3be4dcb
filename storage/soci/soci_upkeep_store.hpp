#pragma once

#include "storage/soci/changes.hpp"
#include "storage/upkeep_store.hpp"

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
    void purge_workflows(std::size_t limit);

    Changes& changes_;
    Database& database_;
};

}  // namespace jobhost::storage
