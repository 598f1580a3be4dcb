// What the stores answer, as texts that two of them can be compared by.
#pragma once

#include "storage/definition_store.hpp"
#include "storage/job_queries.hpp"
#include "storage/job_store.hpp"
#include "storage/server_store.hpp"

#include <map>
#include <string>

namespace jobhost::storage::history {

// The names that one store has for what both have. Databases number servers and leases as they like; here a
// server is its incarnation and a lease the how manieth of its job.
class Names {
public:
    void add(ServerId server, const std::string& incarnation) { servers_[server] = incarnation; }
    void add(const Lane& lane) { lanes_[lane.id] = lane; }
    // False: the lease is not larger than the one before.
    bool add(JobId job, Lease lease);

    std::string of(ServerId server) const;
    std::string of(LaneId lane) const;
    std::string of(JobId job, Lease lease) const;

private:
    std::map<ServerId, std::string> servers_;
    std::map<LaneId, Lane> lanes_;
    std::map<JobId, std::vector<Lease>> leases_;
};

std::string shown(TimePoint instant);
std::string shown(const std::optional<TimePoint>& instant);
std::string shown(const NewJob& job);
std::string shown(const Job& job, const Names& names);
std::string shown(const ClaimedJob& run, const Names& names);
std::string shown(const HeldRun& run, const Names& names);
std::string shown(const JobEvent& event);
std::string shown(const LogLine& line, JobId job, const Names& names);
std::string shown(const ServerInfo& server);
std::string shown(const ServedType& type);
std::string shown(const StoredDefinition& definition);
std::string shown(const StateCounts& counts);
std::string shown(const std::vector<Moved>& moved);
std::string shown(const Settlement& settlement, const Names& names);

// One line for each.
template <class List, class... Names>
std::string shown_all(const List& list, const Names&... names) {
    std::string text;
    for (const auto& item : list)
        text += shown(item, names...) + "\n";
    return text;
}

}  // namespace jobhost::storage::history
