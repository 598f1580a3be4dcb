// What definitions that are due hand in.
#pragma once

#include "host/scheduling/definitions_seen.hpp"
#include "storage/storage.hpp"

#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>

namespace jobhost::host {

// A firing whose jobs and batches have no numbers yet.
struct MadeFiring {
    storage::Firing firing;
    Submission submission;
};

// Thread-safe. Calls throw StorageError when the database is not there.
class Firings {
public:
    // The storage outlives this.
    explicit Firings(storage::Storage& storage) : storage_{storage} {}

    // As far as it is known without its jobs: which instants have come, and which of them were missed.
    static storage::Firing begin(const DueRun& run);
    // Nothing: it cannot be made here, or not yet, as its items are not right for instance; that is reported.
    std::optional<MadeFiring> make(const DueRun& run);

    // What the database refuses, because a unique key is taken for instance, does not hold up the others, and
    // is reported. How many took effect. REQUIRES: all have been seen there, and there is one of each
    // definition.
    std::size_t fire(std::span<const storage::Firing> firings, const DefinitionsSeen& seen);

    // It is due and comes to nothing, and is tried again: logged once.
    void report(const std::string& name, const std::string& problem);

private:
    void end_report(const std::string& name, const std::optional<MissedInstants>& missed);

    storage::Storage& storage_;
    std::mutex mutex_;
    std::map<std::string, std::string> reported_;  // by definition
};

}  // namespace jobhost::host
