// The reference model as a storage like any other: several of them may be opened on one database.
#pragma once

#include "storage/storage.hpp"
#include "tests/storage/model_store/model_definition_store.hpp"
#include "tests/storage/model_store/model_job_queries.hpp"
#include "tests/storage/model_store/model_job_store.hpp"
#include "tests/storage/model_store/model_limit_store.hpp"
#include "tests/storage/model_store/model_operation_store.hpp"
#include "tests/storage/model_store/model_run_store.hpp"
#include "tests/storage/model_store/model_server_command_store.hpp"
#include "tests/storage/model_store/model_server_store.hpp"
#include "tests/storage/model_store/model_source_store.hpp"
#include "tests/storage/model_store/model_upkeep_store.hpp"
#include "tests/storage/model_store/model_workflow_store.hpp"

namespace jobhost::storage::model {

class ModelStorage final : public Storage {
public:
    // `clock` must outlive it.
    ModelStorage(std::shared_ptr<ModelDatabase> database, const Clock& clock);

    ModelJobStore& jobs() noexcept override { return jobs_; }
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
    // Rings when another storage of the same database has written.
    std::unique_ptr<Wakeups> watch() override;
    TimePoint now() override { return opened_.clock->now(); }

private:
    Opened opened_;
    ModelJobStore jobs_{opened_};
    ModelJobQueries queries_{opened_};
    ModelServerStore servers_{opened_};
    ModelDefinitionStore definitions_{opened_};
    ModelUpkeepStore upkeep_{opened_};
    ModelWorkflowStore workflows_{opened_};
    ModelOperationStore operations_{opened_};
    ModelLimitStore limits_{opened_};
    ModelRunStore runs_{opened_};
    ModelSourceStore sources_{opened_};
    ModelServerCommandStore server_commands_{opened_};
};

}  // namespace jobhost::storage::model
