#pragma once

#include "storage/job_store.hpp"
#include "storage/soci/changes.hpp"

namespace jobhost::storage {

class SociJobStore final : public JobStore {
public:
    // Outlives the store.
    explicit SociJobStore(Changes& changes) : changes_{changes}, database_{changes.database()} {}

    JobId reserve_ids(std::size_t count) override;
    std::vector<Inserted> insert(std::span<const NewJob> jobs) override;
    Exchanged exchange(ServerId server, std::span<const Settlement> settlements,
                       const ClaimRequest& claim) override;
    std::vector<HeldRun> runs_of(ServerId server, std::size_t limit) override;
    std::vector<HeldRun> cancelled_runs_of(ServerId server, std::size_t limit) override;
    Promoted promote_due(std::size_t limit) override;
    void refund(std::span<const CrashedJob> jobs, const std::string& by, const std::string& why) override;
    void append_log(std::span<const LogChunk> chunks) override;
    std::vector<Lane> lanes() override;

private:
    std::optional<Exchanged> looked(ServerId server, const ClaimRequest& claim);
    Exchanged exchange_once(ServerId server, std::span<const Settlement> settlements,
                            const ClaimRequest& claim);
    void settle_apart(ServerId server, std::span<const Settlement> settlements, Exchanged& exchanged);

    Changes& changes_;
    Database& database_;
};

}  // namespace jobhost::storage
