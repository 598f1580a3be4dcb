// Slots that were handed to jobs whose runs have not begun.
#pragma once

#include "storage/model/job.hpp"
#include "storage/soci/session.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace jobhost::storage {

// Of one transaction, which has locked the jobs and the states of the keys. What is promised and used in the
// same transaction is never written.
class Promises {
public:
    void make(JobId job, const std::string& key);
    // That the database holds this one.
    void read(JobId job, const std::string& key);
    // Reads all that these jobs have. Throws StorageError.
    void read_of(Session& session, const std::vector<JobId>& jobs);
    bool has(JobId job, const std::string& key) const;
    std::set<std::string> keys_of(JobId job) const;
    // They are used up, or for others. REQUIRES: all of the job's promises were read, or made just now.
    void take_back(JobId job, const std::string& key);
    void take_back_all(JobId job);

    // At the transaction's end. Throws StorageError.
    void write(Session& session) const;

private:
    struct Keys {
        std::set<std::string> stored;
        std::set<std::string> now;
    };

    std::map<JobId, Keys> jobs_;
};

}  // namespace jobhost::storage
