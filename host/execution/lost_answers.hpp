// Claims that the database has made and whose answer never arrived.
#pragma once

#include "host/sync/boot_clock.hpp"
#include "storage/job_store.hpp"

#include <set>
#include <span>
#include <vector>

namespace jobhost::host {

// Not thread-safe; used where the exchanges are made, so that none is under way while it compares.
class LostAnswers {
public:
    // References outlive this.
    LostAnswers(storage::JobStore& jobs, ServerId server, const BootClock& clock)
        : jobs_{jobs}, server_{server}, clock_{clock}, compared_at_{clock.now()} {}

    // An exchange has failed: what it claimed may have been claimed all the same.
    void presume_claim() noexcept { is_presumed_ = true; }
    // At once after that, and every half minute: an exchange that failed may take effect even later.
    bool is_due() const noexcept;

    // The runs that the database regards as ours and that are not here, as settlements that give them back,
    // at least a thousand if there are so many. REQUIRES: no claim is under way. Throws StorageError.
    std::vector<storage::Settlement> find();

    // What is here, from the claim's answer until the outcome is written.
    void add(std::span<const ClaimedJob> claimed);
    void remove(std::span<const storage::Settlement> written);

private:
    storage::JobStore& jobs_;
    const ServerId server_;
    const BootClock& clock_;
    std::set<storage::HeldRun> held_;
    BootTime compared_at_;
    bool is_presumed_ = false;
};

}  // namespace jobhost::host
