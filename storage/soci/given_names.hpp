// What jobs and batches that are handed in are called when they are refused: nobody knows their ids yet.
#pragma once

#include "storage/model/batch.hpp"
#include "storage/model/job.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <variant>

namespace jobhost::storage {

// By their places in what is handed in, and their types or names: "job 2 of 3 (mail.send)". Others are called
// by their ids.
class GivenNames {
public:
    // Both outlive this.
    GivenNames(std::span<const NewBatch> batches, std::span<const NewJob> jobs)
        : batches_{batches}, jobs_{jobs} {}
    // Of one job, which has a name that the one who asked knows.
    GivenNames(JobId job, std::string name) : named_{job}, name_{std::move(name)} {}

    std::string of(JobId id) const;
    std::string of(BatchId id) const;
    std::string of(const std::variant<JobId, BatchId>& id) const;
    // Whichever has that id.
    std::string of(std::int64_t id) const;

private:
    std::span<const NewBatch> batches_;
    std::span<const NewJob> jobs_;
    JobId named_;
    std::string name_;
};

}  // namespace jobhost::storage
