// What the reference model holds: plain values in maps. It is the specification that the databases are
// compared with, so each rule stands here in its shortest form, and nothing is fast.
#pragma once

#include "storage/definition_store.hpp"
#include "storage/job_store.hpp"
#include "storage/server_store.hpp"

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <utility>
#include <vector>

namespace jobhost::storage::model {

struct JobRecord {
    Job seen;  // all that people see of it; its definition and its server by name are filled in when it is
               // read
    LaneId lane;
    ServerId server;  // of its last run; zero: none yet, or it was recovered
    std::int64_t order_key = 0;
    TimePoint enqueued_at;
    int interruptions = 0;
    std::optional<DefinitionId> definition;
    Origin origin = Origin::request;
    std::vector<JobEvent> events;
    std::map<std::pair<Lease, int>, std::string> log;  // chunks

    StateName state() const { return name_of(seen.state); }
};

struct ServerRecord {
    ServerInfo info;
    std::vector<ServedType> types;
};

struct DefinitionRecord {
    StoredDefinition stored;
    std::string applied_by;
    bool is_retired = false;
};

// Raised once for each write of somebody else. Thread-safe.
class Bell {
public:
    Bell();
    ~Bell();
    Bell(const Bell&) = delete;
    Bell& operator=(const Bell&) = delete;
    int descriptor() const noexcept { return descriptor_; }
    void ring() const noexcept;
    bool silence() const noexcept;

private:
    int descriptor_;  // eventfd
};

// The parts are for the holder of `mutex`; hold it through Reading or Writing.
struct ModelDatabase {
    std::mutex mutex;
    std::int64_t next_job = 1;
    std::int64_t next_server = 1;
    int opened = 0;  // how many storages were opened on it
    std::map<JobId, JobRecord> jobs;
    std::vector<Lane> lanes;  // by id, from 1
    std::map<ServerId, ServerRecord> servers;
    std::map<std::string, DefinitionRecord> definitions;  // by name
    std::multimap<int, std::weak_ptr<Bell>> bells;        // by who listens

    bool is_live(ServerId server) const;
    LaneId lane_of(const NewJob& job);
    const DefinitionRecord* find_definition(DefinitionId id) const;
};

// One storage's view of the database.
struct Opened {
    std::shared_ptr<ModelDatabase> database;
    const Clock* clock;
    int number;

    // Calls `work(database, now)` alone; afterwards, what others watch is rung.
    template <class Work>
    auto write(Work work) {
        const std::lock_guard lock{database->mutex};
        struct Ringing {
            Opened& self;
            ~Ringing() { self.ring_others(); }
        } ringing{*this};
        return work(*database, clock->now());
    }
    template <class Work>
    auto read(Work work) const {
        const std::lock_guard lock{database->mutex};
        return work(*database);
    }

private:
    void ring_others();
};

// The job has become expired where it would have waited for a run.
bool is_expired(const JobRecord& job, TimePoint now);
void expire(JobRecord& job, TimePoint now);
void enqueue(JobRecord& job, TimePoint now);

}  // namespace jobhost::storage::model
