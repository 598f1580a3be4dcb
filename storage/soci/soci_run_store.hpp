#pragma once

#include "storage/run_store.hpp"
#include "storage/soci/changes.hpp"

namespace jobhost::storage {

class SociRunStore final : public RunStore {
public:
    // Outlives the store.
    explicit SociRunStore(Changes& changes) : changes_{changes}, database_{changes.database()} {}

    SavedWork load(JobId job, std::int64_t first) override;
    bool save_checkpoint(const RunKey& run, const std::string& checkpoint) override;
    bool save_step(const RunKey& run, const std::string& name, const std::string& result) override;
    std::optional<std::vector<std::int64_t>> answer_to(const RunKey& run, const RunCall& call) override;
    std::optional<std::vector<std::int64_t>> submit(const RunKey& run, const RunCall& call,
                                                    std::span<const NewBatch> batches,
                                                    std::span<const NewJob> jobs) override;

private:
    Changes& changes_;
    Database& database_;
};

}  // namespace jobhost::storage
