#pragma once

#include "storage/limit_store.hpp"
#include "tests/storage/model_store/model_database.hpp"

namespace jobhost::storage::model {

class ModelLimitStore final : public LimitStore {
public:
    explicit ModelLimitStore(Opened& opened) : opened_{opened} {}

    void set(std::span<const Limit> limits) override;
    bool remove(const std::string& name) override;
    std::vector<LimitUsage> list() override;
    std::vector<KeyUsage> keys(const std::string& limit, std::size_t most) override;
    SlotCounts slots_of(const LimitUse& use) override;
    std::size_t grant(std::size_t limit) override;

private:
    Opened& opened_;
};

}  // namespace jobhost::storage::model
