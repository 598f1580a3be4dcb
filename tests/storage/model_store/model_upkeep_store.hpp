// Retention of the reference model. It has no counters, so there is nothing to fold or to mend.
#pragma once

#include "storage/upkeep_store.hpp"
#include "tests/storage/model_store/model_database.hpp"

namespace jobhost::storage::model {

class ModelUpkeepStore final : public UpkeepStore {
public:
    explicit ModelUpkeepStore(Opened& opened) : opened_{opened} {}

    Purged purge(PurgePosition& position, std::size_t limit) override;
    std::size_t purge_by_count(std::size_t limit) override;
    std::size_t purge_servers() override;
    std::size_t fold_counters() override { return 0; }
    bool recount() override { return false; }

private:
    Opened& opened_;
};

}  // namespace jobhost::storage::model
