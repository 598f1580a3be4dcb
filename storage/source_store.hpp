// The definition files of all hosts: which revision of each holds, and whose files are wrong.
#pragma once

#include "storage/definition_store.hpp"

#include <string>
#include <vector>

namespace jobhost::storage {

struct SourceFile {
    SourceDefinitions definitions;
    std::string digest;  // of its text
    // The host that runs saw it change: it counts, even if it is one that there was before.
    bool is_edited = false;
};

// What a host has on its disk.
struct SourceFiles {
    std::string application;
    std::string server;
    std::vector<SourceFile> files;
    std::vector<std::string> vanished = {};  // the host that runs saw these go
    // It begins, so that nobody saw what happened before. What this very server applied last and is not there
    // any more counts as vanished.
    bool is_start = false;
    bool is_forced = false;  // a person wants these files to count, though they are older
};

struct SourceRevision {
    std::string source;
    std::int64_t revision = 0;
    std::string digest;  // empty: the file is gone, and its definitions are retired
    std::string applied_by;
    TimePoint applied_at;
};

struct SourcesApplied {
    Applied definitions;
    // What holds in place of files that were left out, as the database has had theirs before.
    std::vector<SourceRevision> newer;
};

// A host whose files are wrong. It goes on with the last of them that were right.
struct Refusal {
    std::string application;
    std::string server;
    std::string problems;  // one a line, with file, line, column and remedy
    TimePoint since;
};

// Thread-safe. Every call may throw StorageError.
class SourceStore {
public:
    virtual ~SourceStore() = default;

    // Makes the database hold what the files say, in one transaction. Of each file:
    // - one that there never was is applied, and so is one that was edited;
    // - one that holds already is compared, and what differs is changed;
    // - one that there was before is left out, unless `is_forced`, or this very server brought what holds:
    //   another host has a newer one then.
    // A definition may move from one of these sources to another. What is gone is retired: it keeps its
    // history and runs no more. A schedule that is new or changed starts after the present instant; it never
    // fires for the past. One that cannot be read is changed like any other, and its schedule starts anew.
    // Throws refused when a name belongs to a source of somebody else.
    virtual SourcesApplied apply(const SourceFiles& files) = 0;
    // What that would do; changes nothing.
    virtual SourcesApplied plan(const SourceFiles& files) = 0;

    // The revision that holds of each source, by name.
    virtual std::vector<SourceRevision> revisions() = 0;

    // The files of this server are wrong, since now or since the same was said; or right again, for
    // `problems` that are empty.
    virtual void set_refusal(const std::string& application, const std::string& server,
                             const std::string& problems) = 0;
    virtual std::vector<Refusal> refusals() = 0;
};

}  // namespace jobhost::storage
