// What the operator defined, as the database knows it, and where each schedule stands.
#pragma once

#include "storage/model/batch.hpp"
#include "storage/model/definition.hpp"
#include "storage/model/job.hpp"
#include "storage/model/schedule.hpp"
#include "storage/operation_store.hpp"

#include <span>
#include <string>
#include <vector>

namespace jobhost::storage {

struct DefinitionPause {
    TimePoint at;
    std::optional<TimePoint> until;  // nothing: until somebody ends it
    std::string by;
    std::string reason;
    friend bool operator==(const DefinitionPause&, const DefinitionPause&) = default;
};

struct StoredDefinition {
    DefinitionId id;
    std::string source;
    std::int64_t revision = 0;         // raised by each change
    std::optional<TimePoint> next_at;  // the next nominal instant; nothing: no schedule, or it has ended
    Definition definition;
    // Why this program cannot read it, if it cannot: a newer one wrote it, or one whose machine knows more
    // time zones. Then `definition` has its name and, if that can be told, `after`.
    std::string unreadable = {};
    std::optional<DefinitionPause> pause = {};  // as it was set; one that has ended pauses nothing
    std::optional<MissedInstants> missed = {};  // the latest that got no run
    std::optional<TimePoint> retired_at = {};   // since when no file lists it

    bool is_paused_at(TimePoint now) const { return pause && (!pause->until || *pause->until > now); }
    // It has been due for longer than its grace, and no host has handed it in.
    bool is_late_at(TimePoint now) const {
        return next_at && definition.schedule && now - *next_at > definition.schedule->grace_at(*next_at);
    }
};

// What is due now, by the database's clock.
struct DueDefinition {
    DefinitionId id;
    std::int64_t revision = 0;
    TimePoint next_at;
};
struct DueDefinitions {
    TimePoint now;                   // when this was read
    std::int64_t change = 0;         // another number each time that any definition has changed
    std::vector<DueDefinition> due;  // those that have been due for longest come first
    std::optional<TimePoint> next;   // of those that are not due yet
};

// What one source, a definition file, holds. The name begins with the application and is the same on every
// machine: "shop/jobs.d/mail.yaml".
struct SourceDefinitions {
    std::string source;
    std::vector<Definition> definitions;
};

// What became of one definition. `before`: nothing for one that is new, or that nobody can read any more.
struct DefinitionChange {
    enum class Kind { added, changed, retired };
    Kind kind = Kind::added;
    std::string name;
    std::string source;  // the one that it has now, or had
    std::optional<Definition> before;
    std::optional<Definition> after;  // nothing: retired
};

struct Applied {
    std::size_t added = 0;
    std::size_t changed = 0;
    std::size_t retired = 0;
    std::vector<DefinitionChange> changes = {};  // all of these, in the order in which they were made
};

// One nominal instant (or a skipped stretch of them) of one definition.
struct Firing {
    DefinitionId definition;
    std::int64_t revision = 0;
    TimePoint seen;                      // next_at as read; the firing counts only if it still is
    std::optional<TimePoint> next;       // the new next_at; before `seen` only without jobs, to set it back
    std::vector<NewJob> jobs;            // with ids; each definition's own with that and nominal_at
    std::vector<NewBatch> batches = {};  // with ids
    // Staged beforehand, as they are too large for one transaction; opened as by WorkflowStore::open(), in
    // this order, if the firing counts. What is left of those that do not is purged.
    std::vector<BatchId> opens = {};
    // With anything but `allow`: what becomes of the job, or of several of which each waits for the one
    // before, while an earlier run by the schedule is not final. REQUIRES: what is queued is jobs.
    Overlap overlap = Overlap::allow;
    // Those whose runs come with this one (Definition::fires_with), without `definition`. An earlier run of
    // any of them makes all be skipped, or be replaced; queued, each waits for its own. With `opens` nothing
    // is skipped any more: see has_open_run().
    std::vector<DefinitionId> together = {};
    std::optional<MissedInstants> missed = {};  // of those before `next`, the ones that get no run
};

// Who lays a large batch ready for the instant that a definition was seen to be due at.
struct Staging {
    DefinitionId definition;
    std::int64_t revision = 0;
    TimePoint seen;           // next_at as read
    std::int64_t stager = 0;  // a number that nobody else has
    ServerId server;          // whose it is
};

// The batch that a backfill hands in for an instant.
struct BackfilledBatch {
    TimePoint instant;
    BatchId batch;
};

// What somebody wants to run beside its schedule.
struct Extra {
    std::string definition;
    Verb verb = Verb::trigger;  // or backfill
    std::string by;
    std::string note = {};               // for the audit; empty or JSON
    std::vector<NewJob> jobs = {};       // with ids
    std::vector<NewBatch> batches = {};  // with ids
    std::vector<BatchId> opens = {};     // as in Firing
    std::vector<BackfilledBatch> backfilled = {};
};

// Thread-safe. Every call may throw StorageError.
class DefinitionStore {
public:
    virtual ~DefinitionStore() = default;

    // Those that are not retired, by name. One that cannot be read hides no other.
    virtual std::vector<StoredDefinition> list() = 0;
    virtual std::optional<StoredDefinition> find(const std::string& name) = 0;

    // One that no file lists any more, as it was last.
    virtual std::optional<StoredDefinition> find_retired(const std::string& name) = 0;

    // At most `limit` of those that are due. Takes as long as there are such, not as there are definitions.
    virtual DueDefinitions due(std::size_t limit) = 0;

    // Insert the jobs of each firing and move its cursor, provided nobody else did and the instant has come
    // by the database's clock, or the cursor goes back: exactly one host fires for one instant. A job for an
    // instant that has had one is left out. How many took effect. One transaction; REQUIRES: one firing for
    // each definition.
    virtual std::size_t fire(std::span<const Firing> firings) = 0;

    // Whether an earlier run of one of them by the schedule is not final. As runs come only while the cursor
    // moves, a firing that is to be skipped for them need not be laid ready.
    virtual bool has_open_run(std::span<const DefinitionId> definitions) = 0;
    // Whether it is this one that lays a batch ready, of all that might, and from now on for `length`. Asked
    // again by the same, it has that time anew. False: another one does, or the instant is not the next one
    // any more. Who dies meanwhile stands in the way of others until its time is over, or until its server is
    // known to have ended.
    virtual bool may_stage(const Staging& staging, Duration length) = 0;

    // Nothing becomes due before `until`, or until resume(); the instants in between are not made up for.
    // Holds for all that fire with it (Definition::fires_with), as does resume(); what joins them is paused
    // with them. Pausing again changes reason and end. Retiring a definition and changing it leave its pause
    // as it is. False: there is no such definition. Leaves a command, as do the next two.
    virtual bool pause(const std::string& name, const std::string& by, const std::string& reason,
                       std::optional<TimePoint> until) = 0;
    // Its schedule starts anew, now. False: it was not paused.
    virtual bool resume(const std::string& name, const std::string& by) = 0;
    // The instants from `from` on, before `to`, that a backfill has given a job or a batch that is still
    // kept.
    virtual std::vector<TimePoint> backfilled(const std::string& name, TimePoint from, TimePoint to) = 0;
    // Hands in and does not move the schedule. What stands for each of the jobs: of an instant that a
    // backfill has given a job before, that job. Throws refused if one has given it a batch.
    virtual std::vector<Inserted> hand_in(const Extra& extra) = 0;
};

}  // namespace jobhost::storage
