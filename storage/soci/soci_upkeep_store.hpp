#pragma once

#include "storage/soci/database.hpp"
#include "storage/soci/name_cache.hpp"
#include "storage/upkeep_store.hpp"

namespace jobhost::storage {

class SociUpkeepStore final : public UpkeepStore {
public:
    explicit SociUpkeepStore(Database& database) : database_{database} {}

    Purged purge(PurgePosition& position, std::size_t limit) override;
    std::size_t purge_by_count(std::size_t limit) override;
    std::size_t purge_servers() override;
    std::size_t fold_counters() override;
    bool recount() override;

private:
    Database& database_;
};

}  // namespace jobhost::storage
