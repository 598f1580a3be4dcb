#include "host/execution/run_requests.hpp"

#include "host/requests/submission_request.hpp"
#include "host/worker/limits.hpp"
#include "host/worker/utf8.hpp"

#include <jobhost/plugin.h>

#include <boost/json.hpp>
#include <spdlog/spdlog.h>

#include <utility>

namespace jobhost::host {

namespace {

namespace json = boost::json;
using storage::StorageError;
using worker::RequestKind;

constexpr Duration kIdle = std::chrono::hours{1};  // it is woken for each request
// Less than a job's own patience, so that it hears why.
constexpr Duration kPatience = std::chrono::seconds{25};
constexpr std::size_t kMostWaiting = 1000;
constexpr std::size_t kMostBytes = std::size_t{64} << 20;

// Steps that are ours, not the job's.
constexpr std::string_view kOwnSteps = "jobhost.";

std::size_t size_of(const Question& question) {
    return sizeof question + question.message.body.size() + question.message.name.size();
}

worker::ReplyMessage reply_of(const Question& question, jobhost_status status, std::string body = {},
                              const std::string& problem = {}) {
    return {.number = question.message.number,
            .status = status,
            .body = std::move(body),
            .problem = std::string{worker::cut_utf8(problem, worker::kMaxErrorMessage)}};
}

storage::RunKey key_of(ServerId server, const Question& question) {
    return {server, question.job, question.lease};
}

JobAnswer answer_of(const Question& question, worker::ReplyMessage reply, std::vector<NewJob> jobs = {}) {
    return {question.job, question.lease, std::move(reply), std::move(jobs)};
}

JobAnswer lost(const Question& question) {
    return answer_of(question, reply_of(question, JOBHOST_LOST, {}, "this run is not the job's any more"));
}

}  // namespace

RunRequests::RunRequests(storage::Storage& storage, ServerId server, const Clock& clock,
                         const BootClock& boot_clock, Retention retention, const SourceFolders& folders,
                         std::function<void(JobAnswer)> answered)
    : storage_{storage},
      server_{server},
      clock_{clock},
      boot_clock_{boot_clock},
      answered_{std::move(answered)},
      retention_{std::move(retention)},
      types_{storage.servers(), boot_clock},
      definitions_{storage.definitions(), boot_clock, folders},
      loop_{"requests of jobs", [this] { return step(); }} {}

void RunRequests::ask(Question question) {
    const std::size_t size = size_of(question);
    const auto busy =
        reply_of(question, JOBHOST_UNAVAILABLE, {}, "too many requests of jobs wait for the database");
    const JobAnswer refusal = answer_of(question, busy);
    const bool is_taken = inbox_.with([&](Inbox& inbox) {
        if (inbox.waiting.size() >= kMostWaiting || inbox.size + size > kMostBytes) return false;
        inbox.size += size;
        inbox.waiting.push_back({std::move(question), boot_clock_.now()});
        return true;
    });
    if (!is_taken) return answered_(refusal);
    loop_.wake();
}

// The first one stays in the inbox until it is answered: only this thread takes any out.
Duration RunRequests::step() {
    refuse_old();
    const auto question = inbox_.with([](Inbox& inbox) -> std::optional<Question> {
        if (inbox.waiting.empty()) return std::nullopt;
        return inbox.waiting.front().question;
    });
    if (!question) return kIdle;
    try {
        JobAnswer answer = answer_to(*question);
        answer_first(std::move(answer.reply), std::move(answer.jobs));
    } catch (const BadRequest& error) {
        answer_first(reply_of(*question, JOBHOST_INVALID, {}, error.what()));
    } catch (const StorageError& error) {
        using Kind = StorageError::Kind;
        if (error.kind() == Kind::unavailable || error.kind() == Kind::busy) throw;
        const bool is_ours = error.kind() == Kind::corrupt;
        answer_first(reply_of(*question, is_ours ? JOBHOST_UNAVAILABLE : JOBHOST_INVALID, {}, error.what()));
    } catch (const std::exception& error) {
        // Others wait behind it, and it would be no better the next time.
        spdlog::error("a request of job {} cannot be answered: {}", question->job.value, error.what());
        answer_first(
            reply_of(*question, JOBHOST_UNAVAILABLE, {}, "the host cannot answer; its log tells why"));
    }
    return Duration::zero();
}

void RunRequests::refuse_old() {
    const BootTime now = boot_clock_.now();
    for (;;) {
        const auto old = inbox_.with([&](Inbox& inbox) -> std::optional<Question> {
            if (inbox.waiting.empty() || now - inbox.waiting.front().since < kPatience) return std::nullopt;
            return inbox.waiting.front().question;
        });
        if (!old) return;
        answer_first(reply_of(*old, JOBHOST_UNAVAILABLE, {}, "the database did not answer in time"));
    }
}

void RunRequests::answer_first(worker::ReplyMessage reply, std::vector<NewJob> jobs) {
    const Question question = inbox_.with([](Inbox& inbox) {
        Question first = std::move(inbox.waiting.front().question);
        inbox.waiting.pop_front();
        inbox.size -= size_of(first);
        return first;
    });
    answered_(answer_of(question, std::move(reply), std::move(jobs)));
}

JobAnswer RunRequests::answer_to(const Question& question) {
    storage::RunStore& runs = storage_.runs();
    const worker::RequestMessage& message = question.message;
    switch (message.kind) {
        case RequestKind::load:
            return answer_of(question, reply_of(question, JOBHOST_OK, load(question)));
        case RequestKind::save_checkpoint:
            if (!runs.save_checkpoint(key_of(server_, question), message.body)) return lost(question);
            break;
        case RequestKind::save_step:
            if (message.name.starts_with(kOwnSteps))
                throw BadRequest{"names of steps that begin with 'jobhost.' are the host's own"};
            if (!runs.save_step(key_of(server_, question), message.name, message.body)) return lost(question);
            break;
        case RequestKind::enqueue: {
            auto ids = enqueue(question);
            if (!ids) return lost(question);
            return answer_of(question, reply_of(question, JOBHOST_OK, *std::move(ids)));
        }
        case RequestKind::enqueue_on_success:
            return answer_of(question, reply_of(question, JOBHOST_OK), prepare(question));
    }
    return answer_of(question, reply_of(question, JOBHOST_OK));
}

std::string RunRequests::load(const Question& question) {
    storage::SavedWork saved = storage_.runs().load(question.job, question.message.position);
    std::erase_if(saved.steps, [](const auto& step) { return step.first.starts_with(kOwnSteps); });
    return encode(worker::SavedMessage{.checkpoint = std::move(saved.checkpoint),
                                       .steps = std::move(saved.steps),
                                       .next = saved.next.value_or(0)});
}

std::optional<std::string> RunRequests::enqueue(const Question& question) {
    Submission made = submission_of(question, false);
    if (!number_again(question, made)) return std::nullopt;
    const auto inserted = storage_.runs().submit(key_of(server_, question), made.batches, made.jobs);
    if (!inserted) return std::nullopt;
    json::array ids;
    for (const NewBatch& batch : made.batches)
        ids.emplace_back(std::to_string(batch.id.value));
    for (const Inserted& job : *inserted)
        ids.emplace_back(std::to_string(job.id.value));
    return json::serialize(ids);
}

std::vector<NewJob> RunRequests::prepare(const Question& question) {
    Submission made = submission_of(question, true);
    if (!made.batches.empty()) throw BadRequest{"a batch cannot be handed in on success: hand in jobs"};
    number(made, storage_.jobs());
    return std::move(made.jobs);
}

// A rerun has to ask for the same jobs again, and so references are what they were for the first run.
Submission RunRequests::submission_of(const Question& question, bool is_on_success) {
    const std::int64_t call = question.message.position;
    if (call < 1) throw BadRequest{"a call that hands in jobs has a number"};
    const auto as_of = [&] {
        const auto job = storage_.queries().find(question.job);
        return job ? job->nominal_at.value_or(job->created_at) : clock_.now();
    };
    JobMaker maker{{.storage = storage_,
                    .definitions = definitions_,
                    .types = types_,
                    .clock = clock_,
                    .retention = retention_,
                    .counts_from_handing_in = is_on_success,
                    .as_of = as_of}};
    Submission made = submission(question.message.body, maker, worker::kMaxJobsOfCall);
    // Each job of a call has a number of its own, the same in each rerun.
    auto number = static_cast<int>((call - 1) * worker::kMaxJobsOfCall);
    for (NewJob& job : made.jobs) {
        job.creator = question.job;
        job.call_no = ++number;
    }
    return made;
}

// Jobs are found again by their call, but a batch would come a second time, and without its members. So its
// ids are kept before it is handed in.
bool RunRequests::number_again(const Question& question, Submission& submission) {
    if (submission.batches.empty()) {
        number(submission, storage_.jobs());
        return true;
    }
    const std::string call = std::to_string(question.message.position);
    const std::string step = std::string{kOwnSteps} + "batch." + call;
    if (const auto before = storage_.runs().find_step(question.job, step)) {
        const json::value kept = json::parse(*before);
        if (kept.at("count").to_number<std::size_t>() != submission.count())
            throw BadRequest{"call " + call + " of an earlier run handed in another batch"};
        submission.number_from(JobId{kept.at("first").to_number<std::int64_t>()});
        return true;
    }
    const JobId first = storage_.jobs().reserve_ids(submission.count());
    const json::object kept{{"first", first.value}, {"count", submission.count()}};
    if (!storage_.runs().save_step(key_of(server_, question), step, json::serialize(kept))) return false;
    submission.number_from(first);
    return true;
}

}  // namespace jobhost::host
