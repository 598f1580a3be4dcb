// What of a settlement the database may refuse. Its texts come from plugins and may be anything; its outcome
// does not depend on them.
#pragma once

#include "storage/job_store.hpp"

namespace jobhost::storage {

// Whether every database would take and give back its result, its event and its log.
bool has_storable_texts(const Settlement& settlement);

// The same outcome, with a note in the place of each text.
Settlement without_texts(const Settlement& settlement);

// As it ends when its jobs are refused. REQUIRES: it says how.
Settlement with_jobs_refused(const Settlement& settlement, const std::string& why);

// What an exchange was given, with texts that every database takes. Copies only if it has to.
class SettlementBatch {
public:
    // `given` outlives this.
    explicit SettlementBatch(std::span<const Settlement> given);

    std::span<const Settlement> all() const noexcept { return all_; }
    // How many were written without their texts. `moved`: what became of all().
    std::size_t mutilated(std::span<const Moved> moved) const;

private:
    std::span<const Settlement> all_;
    std::vector<Settlement> mended_;
    std::vector<std::size_t> without_texts_;  // their places in all()
};

}  // namespace jobhost::storage
