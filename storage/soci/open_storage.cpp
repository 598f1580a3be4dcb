#include "storage/soci/migrator.hpp"
#include "storage/soci/opened_database.hpp"
#include "storage/soci/soci_definition_store.hpp"
#include "storage/soci/soci_job_queries.hpp"
#include "storage/soci/soci_job_store.hpp"
#include "storage/soci/soci_limit_store.hpp"
#include "storage/soci/soci_operation_store.hpp"
#include "storage/soci/soci_run_store.hpp"
#include "storage/soci/soci_server_command_store.hpp"
#include "storage/soci/soci_server_store.hpp"
#include "storage/soci/soci_source_store.hpp"
#include "storage/soci/soci_upkeep_store.hpp"
#include "storage/soci/soci_workflow_store.hpp"

namespace jobhost::storage {

namespace {

class SociStorage final : public Storage {
public:
    explicit SociStorage(OpenedDatabase opened) : opened_{std::move(opened)} { migrate(*opened_.database); }

    JobStore& jobs() noexcept override { return jobs_; }
    JobQueries& queries() noexcept override { return queries_; }
    ServerStore& servers() noexcept override { return servers_; }
    DefinitionStore& definitions() noexcept override { return definitions_; }
    UpkeepStore& upkeep() noexcept override { return upkeep_; }
    WorkflowStore& workflows() noexcept override { return workflows_; }
    OperationStore& operations() noexcept override { return operations_; }
    LimitStore& limits() noexcept override { return limits_; }
    RunStore& runs() noexcept override { return runs_; }
    SourceStore& sources() noexcept override { return sources_; }
    ServerCommandStore& server_commands() noexcept override { return server_commands_; }
    std::unique_ptr<Wakeups> watch() override { return opened_.watch(); }
    TimePoint now() override {
        TimePoint now;
        opened_.database->read([&](Session& session) { now = session.now(); });
        return now;
    }

private:
    OpenedDatabase opened_;
    Changes changes_{*opened_.database};
    SociJobStore jobs_{changes_};
    SociJobQueries queries_{*opened_.database};
    SociServerStore servers_{changes_};
    SociDefinitionStore definitions_{changes_};
    SociUpkeepStore upkeep_{changes_};
    SociWorkflowStore workflows_{changes_};
    SociOperationStore operations_{changes_};
    SociLimitStore limits_{changes_};
    SociRunStore runs_{changes_};
    SociSourceStore sources_{*opened_.database};
    SociServerCommandStore server_commands_{changes_};
};

}  // namespace

std::unique_ptr<Storage> open_storage(const StorageOptions& options, const Clock* clock) {
    return std::make_unique<SociStorage>(open_database(options, clock));
}

}  // namespace jobhost::storage
