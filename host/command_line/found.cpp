#include "host/command_line/found.hpp"

#include "host/command_line/definition_text.hpp"
#include "host/command_line/opened.hpp"
#include "host/observe/printable.hpp"
#include "host/scheduling/definition_book.hpp"

namespace jobhost::host {

namespace {

using storage::StoredDefinition;

[[noreturn]] void throw_absent(storage::DefinitionStore& definitions, const std::string& name) {
    const std::string meant = nearest_definition(name, definitions.list());
    throw CommandError{
        kWrongUse, "there is no definition '" + printable(name) + "' in the database" +
                       (meant.empty() ? "; 'jobhost recurring list' shows those with a schedule" : meant)};
}

}  // namespace

Job find_job(storage::JobQueries& queries, JobId id) {
    auto job = queries.find(id);
    if (!job)
        throw CommandError{kFailed, "there is no job " + std::to_string(id.value) +
                                        " (finished jobs are removed when their retention is over)"};
    return std::move(*job);
}

Batch find_batch(storage::WorkflowStore& workflows, BatchId id) {
    auto batch = workflows.find(id);
    if (!batch)
        throw CommandError{kFailed, "there is no batch " + std::to_string(id.value) +
                                        " (finished ones are removed when their retention is over)"};
    return std::move(*batch);
}

StoredDefinition find_definition(storage::DefinitionStore& definitions, const std::string& name) {
    if (auto found = definitions.find(name)) return *std::move(found);
    if (const auto retired = definitions.find_retired(name))
        throw CommandError{kWrongUse, "'" + printable(name) + "' is " + retired_text(*retired) +
                                          "; 'jobhost recurring show' shows its last jobs"};
    throw_absent(definitions, name);
}

StoredDefinition find_live_or_retired(storage::DefinitionStore& definitions, const std::string& name) {
    if (auto found = definitions.find(name)) return *std::move(found);
    if (auto retired = definitions.find_retired(name)) return *std::move(retired);
    throw_absent(definitions, name);
}

const Schedule& schedule_of(const StoredDefinition& stored) {
    if (stored.definition.schedule) return *stored.definition.schedule;
    const std::string why =
        stored.unreadable.empty()
            ? "has no schedule of its own: it runs when it, or what it waits for, is enqueued"
            : "cannot be read: " + stored.unreadable;
    throw CommandError{kWrongUse, "'" + stored.definition.name + "' " + why};
}

}  // namespace jobhost::host
