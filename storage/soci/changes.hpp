// Transactions that change jobs, on one database.
#pragma once

#include "storage/soci/change.hpp"
#include "storage/soci/database.hpp"
#include "storage/soci/id_source.hpp"

#include <mutex>
#include <optional>
#include <set>
#include <utility>

namespace jobhost::storage {

// Thread-safe.
class Changes {
public:
    explicit Changes(Database& database) : database_{database}, ids_{database} {}

    // Runs `work(Change&)` in a transaction as Database::write() does, and counts what it moved. `work` may
    // run more than once: what it leaves behind must be that of its last run alone.
    template <class Work>
    void write(Work work) {
        NameCache::Draft draft;
        database_.write([&](Session& session) { run(session, draft, work); });
        names_.remember(std::move(draft));
    }
    // For what may as well be done twice, as Database::write_repeatedly().
    template <class Work>
    void write_repeatedly(Work work) {
        NameCache::Draft draft;
        database_.write_repeatedly([&](Session& session) { run(session, draft, work); });
        names_.remember(std::move(draft));
    }

    Database& database() noexcept { return database_; }
    IdSource& ids() noexcept { return ids_; }

private:
    template <class Work>
    void run(Session& session, NameCache::Draft& draft, Work& work) {
        draft = {};
        Tally tally;
        std::set<JobId> let_go;
        std::set<JobId> has_all_slots;
        Promises promises;
        std::set<std::string> locked_keys;
        Change change{session, names_,        draft,    tally,      ageing(session),
                      let_go,  has_all_slots, promises, locked_keys};
        work(change);
        if (!let_go.empty()) session.announce();
        promises.write(session);
        tally.write(session);
    }
    // Read once, as it never changes while hosts run. Throws StorageError.
    Duration ageing(Session& session);

    Database& database_;
    IdSource ids_;
    NameCache names_;
    std::mutex mutex_;
    std::optional<Duration> ageing_;
};

}  // namespace jobhost::storage
