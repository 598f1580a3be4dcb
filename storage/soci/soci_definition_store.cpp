#include "storage/soci/soci_definition_store.hpp"

#include "storage/model_json.hpp"
#include "storage/soci/batch_start.hpp"
#include "storage/soci/instants.hpp"
#include "storage/soci/job_inserter.hpp"
#include "storage/soci/source_writer.hpp"
#include "storage/soci/submission_check.hpp"
#include "storage/storage_error.hpp"

#include <algorithm>
#include <set>

namespace jobhost::storage {

Applied SociDefinitionStore::apply(const std::string& application, const std::string& server,
                                   std::span<const SourceDefinitions> sources) {
    Applied applied;
    database_.write([&](Session& session) {
        applied = SourceWriter{session, server}.apply(
            sources, [&](const std::string& source, const std::string& applied_by) {
                return applied_by == server && source.starts_with(application + "/");
            });
    });
    return applied;
}

std::vector<StoredDefinition> SociDefinitionStore::list() {
    std::vector<StoredDefinition> found;
    database_.read([&](Session& session) {
        for (auto& [id, name, source, revision, body, next_at] :
             session.rows<long long, std::string, std::string, long long, std::string,
                          std::optional<long long>>("definition_list"))
            found.push_back(
                stored_definition(id, std::move(name), std::move(source), revision, body, next_at));
    });
    return found;
}

std::optional<StoredDefinition> SociDefinitionStore::find(const std::string& name) {
    std::optional<DefinitionRow> row;
    database_.read([&](Session& session) { row = find_row(session, name); });
    if (!row || row->is_retired) return std::nullopt;
    return std::move(row->stored);
}

std::size_t SociDefinitionStore::fire(std::span<const Firing> firings) {
    for (const Firing& firing : firings) {
        check_jobs(firing.jobs);
        check_submission(firing.batches, firing.jobs);
    }
    std::size_t fired = 0;
    changes_.write([&](Change& change) {
        fired = 0;
        for (const Firing& firing : firings) {
            const bool is_ours =
                change.session.execute("definition_move_cursor", {{"id", firing.definition.value},
                                                                  {"revision", firing.revision},
                                                                  {"seen", micros(firing.seen)},
                                                                  {"next_at", micros(firing.next)}}) == 1;
            if (!is_ours) continue;
            fire(change, firing);
            for (const BatchId batch : firing.opens)
                open_batch(change, batch);
            ++fired;
        }
    });
    return fired;
}

// Where jobs hang together, all of them are looked at at once; others one by one, as some instants may have
// had theirs.
void SociDefinitionStore::fire(Change& change, const Firing& firing) {
    if (!firing.batches.empty() || std::any_of(firing.jobs.begin(), firing.jobs.end(), has_more)) {
        submit(change, firing.batches, firing.jobs);
        return;
    }
    for (const NewJob& job : firing.jobs)
        insert_jobs(change, {&job, 1});
}

}  // namespace jobhost::storage
