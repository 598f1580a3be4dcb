#pragma once

#include "storage/run_store.hpp"
#include "tests/storage/model_store/model_database.hpp"

namespace jobhost::storage::model {

class ModelRunStore final : public RunStore {
public:
    explicit ModelRunStore(Opened& opened) : opened_{opened} {}

    SavedWork load(JobId job, std::int64_t first) override;
    bool save_checkpoint(const RunKey& run, const std::string& checkpoint) override;
    bool save_step(const RunKey& run, const std::string& name, const std::string& result) override;
    std::optional<std::vector<std::int64_t>> answer_to(const RunKey& run, const RunCall& call) override;
    std::optional<std::vector<std::int64_t>> submit(const RunKey& run, const RunCall& call,
                                                    std::span<const NewBatch> batches,
                                                    std::span<const NewJob> jobs) override;

private:
    Opened& opened_;
};

}  // namespace jobhost::storage::model
