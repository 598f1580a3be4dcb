// From what a run asks for to jobs that can be submitted.
#pragma once

#include "host/execution/handed_in.hpp"
#include "host/sync/boot_clock.hpp"
#include "storage/model/retention.hpp"
#include "storage/storage.hpp"

#include <map>
#include <string>
#include <vector>

namespace jobhost::host {

// One thread.
class JobOrders {
public:
    // What one call hands in. Ids are from `first_id` on: the batch, if there is one, then the jobs.
    struct Submission {
        std::vector<NewBatch> batches;
        std::vector<NewJob> jobs;
    };

    // `retention` is for jobs without a definition. References outlive this.
    JobOrders(storage::Storage& storage, const BootClock& clock, Retention retention)
        : storage_{storage}, clock_{clock}, retention_{std::move(retention)} {}

    static std::size_t ids_of(const HandedIn& order) {
        return order.jobs.size() + (order.batch_name ? 1 : 0);
    }
    // Fills in what definitions, servers and the database know. `call` is the number of the call of the run
    // of `creator`. Throws BadOrder and StorageError.
    Submission complete(const HandedIn& order, JobId creator, std::int64_t call, JobId first_id,
                        TimePoint now);

private:
    NewJob with_definition(const HandedInJob& order, TimePoint now);
    int payload_version(const std::string& type);
    void read_types();
    std::variant<JobId, BatchId> parent(std::int64_t id);

    storage::Storage& storage_;
    const BootClock& clock_;
    const Retention retention_;
    std::map<std::string, int> versions_;  // the lowest that a live server runs, by type
    BootTime read_at_{};                   // when they were read; 0: never
};

}  // namespace jobhost::host
