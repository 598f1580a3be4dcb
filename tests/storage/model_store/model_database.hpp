// What the reference model holds: plain values in maps. It is the specification that the databases are
// compared with, so each rule stands here in its shortest form, and nothing is fast.
#pragma once

#include "storage/definition_store.hpp"
#include "storage/job_store.hpp"
#include "storage/operation_store.hpp"
#include "storage/run_store.hpp"
#include "storage/server_command_store.hpp"
#include "storage/server_store.hpp"
#include "storage/source_store.hpp"

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <type_traits>
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
    std::vector<ParentEnd> parents;
    std::optional<TimePoint> due_at;  // as it was asked for; looked at when it is released
    Duration delay{};
    std::optional<Unique> unique;
    bool holds_key = false;
    std::set<LimitUse> slots;  // that it holds, or that are promised to it; of rates only the latter
    SavedWork saved;
    std::map<std::int64_t, std::pair<std::string, std::vector<std::int64_t>>> calls;  // digest and answer
    std::vector<JobEvent> events;
    std::map<std::pair<Lease, int>, std::string> log;  // chunks

    StateName state() const { return name_of(seen.state); }
    bool is_waiting() const { return state() < StateName::processing; }
    // What it waits for is its parents or its batch, not a limit.
    bool awaits_others() const { return state() == StateName::awaiting && !seen.parked_on; }
};

struct BatchRecord {
    Batch seen;               // its numbers are counted when it is read
    std::int64_t purged = 0;  // members that are not there any more
    std::int64_t purged_unsuccessful = 0;
    bool is_unmet = false;  // cancelled because what it, or a batch around it, waited for ended otherwise
};

// What was used of one key of a rate limit.
struct RateRecord {
    std::vector<TimePoint> begun;  // the last runs, at most as many as the capacity
    TimePoint last;                // of them
    std::int64_t in_window = 0;    // how many runs began in the fixed window of the last one
    TimePoint full_at;             // a bucket would be full again
};

struct LimitRecord {
    Limit limit;
    std::map<std::string, RateRecord> rates;  // by key
};

struct WindowRecord {
    JobId job;
    TimePoint until;
};

struct ServerRecord {
    ServerInfo info;
    std::vector<ServedType> types;
    std::vector<ServedPlugin> plugins = {};
};

struct ServerCommandRecord {
    ServerId server;
    ServerRequest request;
    TimePoint created_at;
    TimePoint expires_at;
    std::optional<ServerAnswer> answer = {};
};

struct DefinitionRecord {
    StoredDefinition stored;
    bool is_retired = false;
    std::int64_t stager = 0;
    ServerId staging_server;
    std::optional<TimePoint> staged_until = {};
    std::map<TimePoint, BatchId> backfilled = {};
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

struct Contents {
    std::int64_t next_job = 1;
    std::int64_t next_server = 1;
    std::map<JobId, JobRecord> jobs;
    std::map<BatchId, BatchRecord> batches;
    std::vector<Lane> lanes;  // by id, from 1
    std::map<ServerId, ServerRecord> servers;
    std::map<ServerCommandId, ServerCommandRecord> server_commands;
    std::map<std::string, DefinitionRecord> definitions;                  // by name
    std::map<std::string, LimitRecord> limits;                            // by name
    std::map<std::pair<std::string, std::string>, WindowRecord> windows;  // by type and key
    std::map<std::string, QueueState> paused;                             // by queue
    std::vector<Command> commands;                                        // from the oldest
    std::map<std::string, std::vector<SourceRevision>> sources;           // by name; from the oldest
    std::map<std::pair<std::string, std::string>, Refusal> refusals;      // by application and server
};

// The contents are for the holder of `mutex`; hold it through Opened.
struct ModelDatabase : Contents {
    std::mutex mutex;
    int opened = 0;                                 // how many storages were opened on it
    std::multimap<int, std::weak_ptr<Bell>> bells;  // by who listens

    bool is_live(ServerId server) const;
    LaneId lane_of(const QueueName& queue, const std::string& type, int payload_version);
    const DefinitionRecord* find_definition(DefinitionId id) const;
};

// Lets all happen that follows from what has changed; see model_releases.hpp.
void follow_up(ModelDatabase& database, TimePoint now);

// Calls `work()`, which changes everything or throws and changes nothing.
template <class Work>
auto all_or_nothing(ModelDatabase& database, Work work) {
    const Contents before = database;
    try {
        return work();
    } catch (...) {
        static_cast<Contents&>(database) = before;
        throw;
    }
}

// One storage's view of the database.
struct Opened {
    std::shared_ptr<ModelDatabase> database;
    const Clock* clock;
    int number;

    // Calls `work(database, now)` alone, and lets all follow from it; what others watch is rung.
    template <class Work>
    auto write(Work work) {
        const std::lock_guard lock{database->mutex};
        struct Ringing {
            Opened& self;
            ~Ringing() { self.ring_others(); }
        } ringing{*this};
        const TimePoint now = clock->now();
        if constexpr (std::is_void_v<decltype(work(*database, now))>) {
            work(*database, now);
            follow_up(*database, now);
        } else {
            auto answer = work(*database, now);
            follow_up(*database, now);
            return answer;
        }
    }
    template <class Work>
    auto read(Work work) const {
        const std::lock_guard lock{database->mutex};
        return work(*database);
    }

private:
    void ring_others();
};

// Throws refused, unless `holds`.
void demand(bool holds, const std::string& otherwise);

// The only ways in which a job changes its state: what hangs on the state goes with it.
void become(JobRecord& job, State state);
void enqueue(JobRecord& job, TimePoint now);
// Back to where it was in its line.
void enqueue_again(JobRecord& job);
// It waits for a run no longer, as it has expired or was cancelled; false: neither.
bool is_expired(const JobRecord& job, TimePoint now);
bool end_unless_wanted(JobRecord& job, TimePoint now);
// By its priority and when it was enqueued.
std::int64_t order_key_of(const JobRecord& job);

}  // namespace jobhost::storage::model
