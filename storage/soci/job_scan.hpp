// Walks over jobs in the order of an index, so that a page of a list never costs more than what it looks at.
#pragma once

#include "storage/job_queries.hpp"
#include "storage/soci/session.hpp"

#include <string>
#include <vector>

namespace jobhost::storage {

// Where a walk stands: behind the job with these two; see JobQueries::list() for what the key is. Descending
// walks begin at the greatest, ascending ones at the least.
struct ScanPlace {
    long long key = 0;
    long long id = 0;
};

struct ScanResult {
    std::vector<JobId> jobs;  // that pass the filter, in order
    bool is_at_end = false;
};

class JobScan {
public:
    // REQUIRES: `session` is in a transaction. Throws refused for a cursor that is not one of this filter.
    JobScan(Session& session, const JobFilter& filter, const std::string& cursor);

    // At most `limit` jobs; fewer, although there are more, after looking at some thousands.
    ScanResult next(std::size_t limit);
    // Where next() has come to, for a later JobScan.
    std::string cursor() const;

private:
    // One job as an index shows it.
    struct Seen {
        ScanPlace place;
        LaneId lane;
        int state = 0;
        std::optional<long long> definition;
        int warnings = 0;
        std::optional<long long> batch;
    };
    enum class Order { by_id, by_finish, by_due, by_turn, running, by_tag, by_batch };

    static Order order_of(const JobFilter& filter);
    void start(const std::string& cursor);
    std::vector<Seen> look(std::size_t count);
    std::vector<Seen> read(const char* statement, std::size_t count, Parameters parameters);
    std::vector<Seen> look_by_turn(std::size_t count);
    std::vector<Seen> look_by_batch(std::size_t count);
    bool passes(const Seen& seen) const;

    Session& session_;
    const JobFilter& filter_;
    const Order order_;
    std::string mark_;                     // of the filter; a cursor begins with it
    std::vector<LaneId> lanes_;            // that the filter lets through
    std::optional<long long> definition_;  // likewise; -1: there is none of that name
    ScanPlace place_;
};

}  // namespace jobhost::storage
