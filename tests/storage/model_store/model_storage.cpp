#include "tests/storage/model_store/model_storage.hpp"

namespace jobhost::storage::model {

namespace {

class ModelWakeups final : public Wakeups {
public:
    explicit ModelWakeups(std::shared_ptr<Bell> bell) : bell_{std::move(bell)} {}
    int descriptor() const noexcept override { return bell_->descriptor(); }
    bool drain() noexcept override { return bell_->silence(); }

private:
    std::shared_ptr<Bell> bell_;
};

Opened open(std::shared_ptr<ModelDatabase> database, const Clock& clock) {
    const std::lock_guard lock{database->mutex};
    const int number = ++database->opened;
    return {std::move(database), &clock, number};
}

}  // namespace

ModelStorage::ModelStorage(std::shared_ptr<ModelDatabase> database, const Clock& clock)
    : opened_{open(std::move(database), clock)} {}

std::unique_ptr<Wakeups> ModelStorage::watch() {
    auto bell = std::make_shared<Bell>();
    opened_.read([&](ModelDatabase& database) { database.bells.emplace(opened_.number, bell); });
    return std::make_unique<ModelWakeups>(std::move(bell));
}

}  // namespace jobhost::storage::model
