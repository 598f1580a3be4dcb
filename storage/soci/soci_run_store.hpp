#pragma once

#include "storage/run_store.hpp"
#include "storage/soci/database.hpp"
#include "storage/soci/job_inserter.hpp"
#include "storage/soci/name_cache.hpp"

namespace jobhost::storage {

class SociRunStore final : public RunStore {
public:
    // All must outlive the store.
    SociRunStore(Database& database, NameCache& names, JobInserter& inserter)
        : database_{database}, names_{names}, inserter_{inserter} {}

    SavedWork load(JobId job) override;
    bool save_checkpoint(const RunKey& run, const std::string& checkpoint) override;
    bool save_step(const RunKey& run, const std::string& name, const std::string& result) override;
    std::optional<std::vector<Inserted>> submit(const RunKey& run, std::span<const NewBatch> batches,
                                                std::span<const NewJob> jobs) override;

private:
    Database& database_;
    NameCache& names_;
    JobInserter& inserter_;
};

}  // namespace jobhost::storage
