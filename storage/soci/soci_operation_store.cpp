#include "storage/soci/soci_operation_store.hpp"

#include "storage/soci/command_rows.hpp"
#include "storage/soci/id_list.hpp"
#include "storage/soci/instants.hpp"
#include "storage/soci/job_inserter.hpp"
#include "storage/soci/job_row.hpp"
#include "storage/soci/job_scan.hpp"
#include "storage/soci/operation_json.hpp"
#include "storage/soci/operations.hpp"
#include "storage/soci/queue_rows.hpp"
#include "storage/soci/refusal.hpp"
#include "storage/soci/settle.hpp"
#include "storage/soci/stored_enum.hpp"
#include "storage/soci/submission.hpp"
#include "storage/soci/unique_key.hpp"
#include "storage/text.hpp"

#include <algorithm>
#include <set>

namespace jobhost::storage {

namespace {

void check(const Operation& operation) {
    if (operation.verb > Verb::move) refuse("that is no operation on jobs");
    if (operation.verb == Verb::reschedule && !operation.at) refuse("say when the jobs are to be due");
    if (operation.verb == Verb::move && !operation.queue && !operation.priority)
        refuse("say to which queue, or to which priority, the jobs are to be moved");
    if (operation.priority && (*operation.priority < kMinPriority || *operation.priority > kMaxPriority))
        refuse("a priority is -1000 to 1000");
    if (operation.queue && (operation.queue->value.empty() || operation.queue->value.size() > kMaxNameSize ||
                            !is_storable(operation.queue->value)))
        refuse("a queue's name is 1 to " + std::to_string(kMaxNameSize) + " bytes of UTF-8 without NUL");
    check_asker(operation.by);
}

// What waits for nothing and belongs to no batch, but is otherwise the same. It wants the same key.
SubmissionEntry job_like(Session& session, JobId id) {
    const auto found = session.rows<std::optional<long long>, int, std::string, long long>(
        "job_to_copy", {{"id", id.value}});
    const std::vector<Job> seen = select_jobs(session, {&id, 1});
    if (found.empty() || seen.empty()) refuse("there is no " + name_of(id));
    const auto& [definition, flags, slot, window] = found.front();
    const Job& job = seen.front();
    NewJob copy{.type = job.type,
                .payload_version = job.payload_version,
                .queue = job.queue,
                .priority = job.priority,
                .arguments = job.arguments,
                .policy = job.policy,
                .tags = job.tags,
                .limits = job.limits};
    if (definition) copy.definition = DefinitionId{*definition};
    if (!slot.empty()) copy.unique = Unique{.key = {}, .held = held_while(flags), .window = Duration{window}};
    return {.job = std::move(copy), .answer = {}, .slot = slot};
}

// Says which job has the key of the one that is to run again, and what to do.
[[noreturn]] void refuse_key(JobId id, HeldWhile held, JobId holder) {
    const std::string who = name_of(id) + " cannot be run again: " + (holder == id ? "it" : name_of(holder));
    if (held == HeldWhile::window)
        refuse(who + " has opened a window for its unique key; try again when that is over");
    refuse(who + " has its unique key; wait until that one has ended, or cancel it first");
}

bool fits_everything(const JobFilter& filter) {
    return !filter.state && !filter.queue && !filter.type && !filter.definition && !filter.tag &&
           !filter.batch && !filter.has_warnings;
}

}  // namespace

std::vector<Operated> SociOperationStore::operate(std::span<const JobId> jobs, const Operation& operation) {
    check(operation);
    std::vector<Operated> answers;
    for (std::span rest = jobs; !rest.empty(); rest = rest.subspan(std::min(rest.size(), kMostOperated))) {
        const auto some = rest.first(std::min(rest.size(), kMostOperated));
        const CommandId command{changes_.ids().reserve(1)};
        std::vector<Operated> done;
        changes_.write([&](Change& change) {
            done = storage::operate(change, some, operation);
            std::vector<JobId> there;
            for (std::size_t i = 0; i < some.size(); ++i)
                if (done[i] != Operated::not_found) there.push_back(some[i]);
            if (there.empty()) return;  // nothing was done to anything
            DoneCommand row{
                .id = command, .verb = operation.verb, .by = operation.by, .operation = to_json(operation)};
            if (there.size() == 1)
                row.job = there.front();
            else
                row.filter = R"({"jobs":)" + id_list(there) + "}";
            insert_done(change.session, row);
        });
        answers.insert(answers.end(), done.begin(), done.end());
    }
    return answers;
}

JobId SociOperationStore::run_again(JobId id, const std::optional<std::string>& arguments,
                                    const std::string& by) {
    check_asker(by);
    const JobId copy{changes_.ids().reserve(2)};
    const CommandId command{copy.value + 1};
    changes_.write_repeatedly([&](Change& change) {
        Session& session = change.session;
        if (find_command(session, command)) return;  // the answer of an earlier commit was lost
        SubmissionEntry like = job_like(session, id);
        NewJob& job = like.job;
        job.id = like.answer.id = copy;
        if (arguments) job.arguments = *arguments;
        check_jobs({&job, 1});
        const HeldWhile held = job.unique ? job.unique->held : HeldWhile::queued;
        const Inserted answer = Submission{change, std::move(like), name_of(id)}.submit().front();
        if (!answer.is_new) refuse_key(id, held, answer.id);
        const JobEvent event{.at = session.now(), .cause = Cause::requeued, .by = by};
        insert_events(session, std::vector{std::pair{copy, event}});
        insert_done(session, {.id = command, .verb = Verb::run_again, .by = by, .job = id});
    });
    return copy;
}

CommandId SociOperationStore::start(const JobFilter& filter, const Operation& operation) {
    check(operation);
    if (fits_everything(filter))
        refuse("this would concern all jobs there are; name a state, a queue or a type");
    const CommandId id{changes_.ids().reserve(1)};
    const std::string text = to_json(filter);
    database_.write([&](Session& session) {
        insert_open(session, id, text, operation);
        session.announce();
    });
    return id;
}

std::size_t SociOperationStore::go_on(std::size_t limit) {
    bool is_any = false;
    database_.read([&](Session& session) {
        is_any = !session.rows<long long>("command_open", {{"count", 1}}).empty();
    });
    if (!is_any) return 0;
    std::size_t looked_at = 0;
    changes_.write([&](Change& change) {
        looked_at = 0;
        for (const auto& [id, verb, by, filter, operation, position, created_at] :
             change.session
                 .rows<long long, int, std::string, std::string, std::string, std::string, long long>(
                     "command_next", {{"count", 1}}))
            looked_at = go_on(change, limit,
                              {CommandId{id},
                               stored_as<Verb>(kVerbNames, verb, "the verb of command " + std::to_string(id)),
                               by, filter, operation, position, created_at});
    });
    return looked_at;
}

// Jobs that were handed in after the command are left alone. What the operation moves further on along its
// own way comes again.
std::size_t SociOperationStore::go_on(Change& change, std::size_t limit, const OpenCommand& command) {
    const JobFilter filter = filter_from_json(command.filter);
    Operation operation = operation_from_json(command.operation);
    operation.verb = command.verb;
    operation.by = command.by;
    JobScan scan{change.session, filter, command.position};
    const std::size_t most = std::min(limit, kMostOperated);
    ScanResult found = scan.next(most);
    const std::string position = scan.cursor();
    std::set<long long> meant;
    for (const auto& [id] : change.session.rows<long long>(
             "job_made_until", {{"ids", id_list(found.jobs)}, {"at", command.created_at}}))
        meant.insert(id);
    std::erase_if(found.jobs, [&](JobId job) { return !meant.contains(job.value); });
    found.jobs = left_to_do(change, std::move(found.jobs), operation);
    std::int64_t done = 0;
    std::int64_t not_possible = 0;
    for (const Operated answer : storage::operate(change, found.jobs, operation))
        ++(answer == Operated::done || answer == Operated::asked ? done : not_possible);
    const bool is_over = found.is_at_end;
    change.session.execute(
        "command_go_on",
        {{"id", command.id.value},
         {"state", is_over ? 1 : 0},
         {"position", position},
         {"looked_at", static_cast<long long>(found.jobs.size())},
         {"done", done},
         {"not_possible", not_possible},
         {"finished_at", is_over ? std::optional{micros(change.session.now())} : std::nullopt}});
    return is_over ? found.jobs.size() : limit;
}

std::optional<Command> SociOperationStore::find(CommandId id) {
    std::optional<Command> found;
    database_.read([&](Session& session) { found = find_command(session, id); });
    return found;
}

std::vector<Command> SociOperationStore::commands(std::size_t limit) {
    std::vector<Command> found;
    database_.read([&](Session& session) { found = list_commands(session, limit); });
    return found;
}

void SociOperationStore::pause(const QueueName& queue, const std::string& by, const std::string& reason,
                               std::optional<TimePoint> until) {
    check_asker(by);
    if (queue.value.empty() || queue.value.size() > kMaxNameSize || !is_storable(queue.value) ||
        !is_storable(reason))
        refuse("queue and reason must be UTF-8 without NUL, and a queue has a name");
    const CommandId command{changes_.ids().reserve(1)};
    database_.write([&](Session& session) {
        pause_queue(session, queue, by, reason, until);
        insert_done(session, {.id = command, .verb = Verb::pause, .by = by, .queue = queue.value});
    });
}

bool SociOperationStore::resume(const QueueName& queue, const std::string& by) {
    check_asker(by);
    const CommandId command{changes_.ids().reserve(1)};
    bool was_paused = false;
    database_.write([&](Session& session) {
        was_paused = resume_queue(session, queue);
        if (was_paused)
            insert_done(session, {.id = command, .verb = Verb::resume, .by = by, .queue = queue.value});
    });
    return was_paused;
}

std::vector<QueueState> SociOperationStore::queues() {
    std::vector<QueueState> found;
    database_.read([&](Session& session) { found = list_queues(session); });
    return found;
}

}  // namespace jobhost::storage
