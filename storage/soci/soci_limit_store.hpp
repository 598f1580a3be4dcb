#pragma once

#include "storage/limit_store.hpp"
#include "storage/soci/database.hpp"
#include "storage/soci/job_inserter.hpp"
#include "storage/soci/name_cache.hpp"

namespace jobhost::storage {

class SociLimitStore final : public LimitStore {
public:
    // All must outlive the store.
    SociLimitStore(Database& database, NameCache& names, JobInserter& inserter)
        : database_{database}, names_{names}, inserter_{inserter} {}

    void set(std::span<const Limit> limits) override;
    bool remove(const std::string& name) override;
    std::vector<LimitUsage> list() override;
    std::size_t grant(std::size_t limit) override;

private:
    Database& database_;
    NameCache& names_;
    JobInserter& inserter_;
};

}  // namespace jobhost::storage
