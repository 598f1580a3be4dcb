#pragma once

#include "storage/limit_store.hpp"
#include "storage/soci/changes.hpp"
#include "storage/soci/limit_grants.hpp"

namespace jobhost::storage {

class SociLimitStore final : public LimitStore {
public:
    // Outlives the store.
    explicit SociLimitStore(Changes& changes) : changes_{changes}, database_{changes.database()} {}

    void set(std::span<const Limit> limits) override;
    bool remove(const std::string& name) override;
    std::vector<LimitUsage> list() override;
    std::vector<KeyUsage> keys(const std::string& limit, std::size_t most) override;
    SlotCounts slots_of(const LimitUse& use) override;
    std::size_t grant(std::size_t limit) override;

private:
    LimitGrants grants_;
    Changes& changes_;
    Database& database_;
};

}  // namespace jobhost::storage
