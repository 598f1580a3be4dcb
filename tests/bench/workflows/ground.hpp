// A new space in which jobs are handed in, claimed and settled through jobhost's stores, as a host does it.
#pragma once

#include "storage/bench/place.hpp"
#include "storage/storage.hpp"

#include <stdexcept>
#include <string>
#include <vector>

namespace jobhost::bench {

// What must never happen has happened: the figures are of no interest.
struct RuleBroken : std::runtime_error {
    using std::runtime_error::runtime_error;
};

inline void demand(bool holds, const std::string& rule) {
    if (!holds) throw RuleBroken{rule};
}

class Ground {
public:
    Ground(Place& place, const std::string& space);

    storage::Storage& storage() noexcept { return *storage_; }
    // `count` jobs of one lane with ids of their own, not handed in yet.
    std::vector<NewJob> jobs(std::size_t count);
    void insert(const std::vector<NewJob>& jobs);

    // Settles all runs as succeeded and claims up to `most` jobs, in one transaction. Throws RuleBroken
    // unless every run was ours to settle.
    std::vector<ClaimedJob> exchange(const std::vector<ClaimedJob>& runs, std::size_t most);
    // The same, from the first claim until there is nothing to claim; `each` sees what every claim got.
    template <class Each>
    void drain(std::size_t most, Each each) {
        for (std::vector<ClaimedJob> runs = exchange({}, most); !runs.empty(); runs = exchange(runs, most)) {
            each(runs);
            finish_work();
        }
    }
    // What a transaction has left for later ones.
    void finish_work();

private:
    std::unique_ptr<storage::Storage> storage_;
    ServerId server_;
    std::vector<storage::ClaimLane> lanes_;
};

}  // namespace jobhost::bench
