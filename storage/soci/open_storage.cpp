#include "storage/soci/migrator.hpp"
#include "storage/soci/soci_definition_store.hpp"
#include "storage/soci/soci_job_queries.hpp"
#include "storage/soci/soci_job_store.hpp"
#include "storage/soci/soci_server_store.hpp"
#include "storage/soci/soci_upkeep_store.hpp"
#include "storage/soci/sqlite_database.hpp"
#include "storage/soci/sqlite_wakeups.hpp"
#include "storage/storage.hpp"

namespace jobhost::storage {

namespace {

constexpr std::string_view kSqlite = "sqlite:";

class SqliteStorage final : public Storage {
public:
    SqliteStorage(const std::filesystem::path& file, Duration timeout, const Clock& clock)
        : database_{std::filesystem::absolute(file), timeout, clock} {
        migrate(database_, "sqlite");
    }

    JobStore& jobs() noexcept override { return jobs_; }
    JobQueries& queries() noexcept override { return queries_; }
    ServerStore& servers() noexcept override { return servers_; }
    DefinitionStore& definitions() noexcept override { return definitions_; }
    UpkeepStore& upkeep() noexcept override { return upkeep_; }
    std::unique_ptr<Wakeups> watch() override {
        return std::make_unique<SqliteWakeups>(Turnstile::signal_file(database_.file()));
    }

private:
    SqliteDatabase database_;
    NameCache names_;
    JobInserter inserter_;
    SociJobStore jobs_{database_, names_, inserter_};
    SociJobQueries queries_{database_, database_.catalog()};
    SociServerStore servers_{database_};
    SociDefinitionStore definitions_{database_, names_, inserter_};
    SociUpkeepStore upkeep_{database_};
};

}  // namespace

std::unique_ptr<Storage> open_storage(const StorageOptions& options, const Clock* clock) {
    static const SystemClock machine_clock;
    if (!options.url.starts_with(kSqlite) || options.url.size() == kSqlite.size())
        throw StorageError{StorageError::Kind::refused,
                           "storage.url must be sqlite:PATH; this version knows no other database"};
    return std::make_unique<SqliteStorage>(options.url.substr(kSqlite.size()), options.timeout,
                                           clock ? *clock : machine_clock);
}

}  // namespace jobhost::storage
