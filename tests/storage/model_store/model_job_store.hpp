// Jobs of the reference model.
#pragma once

#include "storage/job_store.hpp"
#include "tests/storage/model_store/model_claim.hpp"

namespace jobhost::storage::model {

class ModelJobStore final : public JobStore {
public:
    explicit ModelJobStore(Opened& opened) : opened_{opened} {}

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

    // The same as exchange(), but claims as another database did. Throws std::runtime_error, which says why,
    // when it must not have.
    Exchanged exchange_as(ServerId server, std::span<const Settlement> settlements, const ClaimRequest& claim,
                          const Choice& choice);
    // Those that such a claim may look at.
    std::vector<JobId> candidates_in(const ClaimRequest& claim);

private:
    Opened& opened_;
};

}  // namespace jobhost::storage::model
