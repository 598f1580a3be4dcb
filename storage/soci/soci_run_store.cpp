#include "storage/soci/soci_run_store.hpp"

#include "storage/soci/id_list.hpp"
#include "storage/soci/instants.hpp"
#include "storage/soci/job_flags.hpp"
#include "storage/soci/run_calls.hpp"
#include "storage/soci/submit_in.hpp"
#include "storage/storage_error.hpp"
#include "storage/text.hpp"

namespace jobhost::storage {

namespace {

// What runs save is read back by jobs alone, but has to be what every database takes.
void check_saved(const char* what, const std::string& json) {
    if (json.size() > kMaxCheckpointSize)
        throw StorageError{StorageError::Kind::refused,
                           std::string{what} + " is " + std::to_string(json.size()) + " bytes; at most " +
                               std::to_string(kMaxCheckpointSize) + " are allowed"};
    if (!is_storable_json(json))
        throw StorageError{StorageError::Kind::refused, std::string{what} + " is not JSON"};
}

bool is_held(Session& session, const RunKey& run) {
    return !session
                .rows<long long>(
                    "run_hold",
                    {{"id", run.job.value}, {"server", run.server.value}, {"lease", run.lease.value}})
                .empty();
}

std::optional<std::string> result_of_step(Session& session, JobId job, const std::string& name) {
    auto found = session.rows<std::string>("step_result", {{"job", job.value}, {"name", name}});
    return found.empty() ? std::nullopt : std::optional{std::move(std::get<0>(found.front()))};
}

void flag_saved(Session& session, JobId job) {
    session.execute("job_flag", {{"flag", kHasSavedWork}, {"ids", id_list(std::vector{job})}});
}

}  // namespace

SavedWork SociRunStore::load(JobId job, std::int64_t first) {
    SavedWork saved;
    database_.read([&](Session& session) {
        saved = {};
        if (first == 0)
            for (auto& [body] : session.rows<std::string>("checkpoint_of", {{"job", job.value}}))
                saved.checkpoint = std::move(body);
        std::size_t size = 0;
        for (auto& [name, number] :
             session.rows<std::string, long long>("step_list", {{"job", job.value}, {"first", first}})) {
            if (size >= kSavedPageSize) {
                saved.next = number;
                break;
            }
            std::string result = result_of_step(session, job, name).value_or("");
            size += name.size() + result.size();
            saved.steps.emplace_back(std::move(name), std::move(result));
        }
    });
    return saved;
}

bool SociRunStore::save_checkpoint(const RunKey& run, const std::string& checkpoint) {
    check_saved("the checkpoint", checkpoint);
    bool is_ours = false;
    database_.write_repeatedly([&](Session& session) {
        is_ours = is_held(session, run);
        if (!is_ours) return;
        session.execute("checkpoint_delete", {{"job", run.job.value}});
        session.execute("checkpoint_insert", {{"job", run.job.value},
                                              {"lease", run.lease.value},
                                              {"body", checkpoint},
                                              {"now", micros(session.now())}});
        flag_saved(session, run.job);
    });
    return is_ours;
}

bool SociRunStore::save_step(const RunKey& run, const std::string& name, const std::string& result) {
    check_saved("the result of a step", result);
    if (name.empty() || name.size() > kMaxStepName || !is_storable(name))
        throw StorageError{StorageError::Kind::refused, "the name of a step must be 1 to " +
                                                            std::to_string(kMaxStepName) +
                                                            " bytes of UTF-8 without NUL"};
    bool is_ours = false;
    database_.write_repeatedly([&](Session& session) {
        is_ours = is_held(session, run);
        if (!is_ours) return;
        if (!session.rows<long long>("step_find", {{"job", run.job.value}, {"name", name}}).empty()) return;
        const auto [count, size] =
            session.rows<long long, long long>("step_totals", {{"job", run.job.value}}).at(0);
        if (count >= static_cast<long long>(kMaxSteps))
            throw StorageError{StorageError::Kind::refused,
                               "a job may have " + std::to_string(kMaxSteps) + " steps at most"};
        if (size + static_cast<long long>(result.size()) > static_cast<long long>(kMaxStepsSize))
            throw StorageError{StorageError::Kind::refused,
                               "the results of a job's steps may be " + std::to_string(kMaxStepsSize) +
                                   " bytes at most, all together; keep large ones elsewhere, and save where"};
        session.execute("step_insert", {{"job", run.job.value},
                                        {"name", name},
                                        {"number", count},
                                        {"size", static_cast<long long>(result.size())},
                                        {"result", result},
                                        {"now", micros(session.now())}});
        flag_saved(session, run.job);
    });
    return is_ours;
}

std::optional<std::vector<std::int64_t>> SociRunStore::answer_to(const RunKey& run, const RunCall& call) {
    std::optional<std::vector<std::int64_t>> answer;
    database_.read([&](Session& session) { answer = answer_to_call(session, run, call); });
    return answer;
}

std::optional<std::vector<std::int64_t>> SociRunStore::submit(const RunKey& run, const RunCall& call,
                                                              std::span<const NewBatch> batches,
                                                              std::span<const NewJob> jobs) {
    return submit_of_run(changes_, run, call, batches, jobs);
}

}  // namespace jobhost::storage
