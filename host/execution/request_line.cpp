#include "host/execution/request_line.hpp"

#include "host/requests/request_digest.hpp"
#include "host/requests/submission_request.hpp"
#include "host/worker/limits.hpp"
#include "host/worker/utf8.hpp"

#include <jobhost/plugin.h>

#include <boost/json.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace jobhost::host {

namespace {

namespace json = boost::json;
using storage::StorageError;
using worker::RequestKind;

constexpr Duration kIdle = std::chrono::hours{1};  // it is woken for each request
// Less than a job's own patience, so that it hears why.
constexpr Duration kPatience = std::chrono::seconds{25};
constexpr std::size_t kMostWaiting = 500;
constexpr std::size_t kMostBytes = std::size_t{32} << 20;

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

JobAnswer answer_of(const Question& question, worker::ReplyMessage reply) {
    return {.job = question.job, .lease = question.lease, .reply = std::move(reply)};
}

void check_number(std::int64_t call) {
    if (call < 1) throw BadRequest{"a call that hands in jobs has a number"};
}

// What a request is answered that cannot wait for better times.
jobhost_status status_of(StorageError::Kind kind) {
    switch (kind) {
        case StorageError::Kind::corrupt:
            return JOBHOST_UNAVAILABLE;
        case StorageError::Kind::conflict:  // somebody else came first
            return JOBHOST_FAILED;
        default:
            return JOBHOST_INVALID;
    }
}

JobAnswer lost(const Question& question) {
    return answer_of(question, reply_of(question, JOBHOST_LOST, {}, "this run is not the job's any more"));
}

}  // namespace

RequestLine::RequestLine(const std::string& name, RequestSources sources,
                         std::function<void(JobAnswer)> answered)
    : storage_{sources.storage},
      server_{sources.server},
      clock_{sources.clock},
      boot_clock_{sources.boot_clock},
      answered_{std::move(answered)},
      retention_{std::move(sources.retention)},
      types_{storage_.servers(), boot_clock_},
      definitions_{storage_.definitions(), boot_clock_, sources.folders},
      loop_{name, [this] { return step(); }} {}

void RequestLine::ask(Question question) {
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

// A question stays in the inbox until it is answered: only this thread takes any out, or moves them.
Duration RequestLine::step() {
    refuse_old();
    const auto question = inbox_.with([](Inbox& inbox) -> std::optional<Question> {
        if (inbox.waiting.empty()) return std::nullopt;
        return inbox.waiting.front().question;
    });
    if (!question) return kIdle;
    const auto refuse = [&](jobhost_status status, const std::string& why) {
        answer(*question, answer_of(*question, reply_of(*question, status, {}, why)));
    };
    try {
        answer(*question, answer_to(*question));
    } catch (const BadRequest& error) {
        refuse(error.may_pass() ? JOBHOST_FAILED : JOBHOST_INVALID, error.what());
    } catch (const storage::RefusedForNow& error) {
        refuse(JOBHOST_FAILED, error.what());
    } catch (const StorageError& error) {
        using Kind = StorageError::Kind;
        if (error.kind() == Kind::unavailable || error.kind() == Kind::busy) {
            put_behind(question->job);
            throw;
        }
        refuse(status_of(error.kind()), error.what());
    } catch (const std::exception& error) {
        // Others wait behind it, and it would be no better the next time.
        spdlog::error("a request of job {} cannot be answered: {}", question->job.value, error.what());
        refuse(JOBHOST_UNAVAILABLE, "the host cannot answer; its log tells why");
    }
    return Duration::zero();
}

void RequestLine::refuse_old() {
    const BootTime now = boot_clock_.now();
    const auto old = inbox_.with([&](Inbox& inbox) {
        std::vector<Question> found;
        for (const Waiting& one : inbox.waiting)
            if (now - one.since >= kPatience) found.push_back(one.question);
        return found;
    });
    for (const Question& question : old)
        answer(question, answer_of(question, reply_of(question, JOBHOST_UNAVAILABLE, {},
                                                      "the database did not answer in time")));
}

void RequestLine::answer(const Question& question, JobAnswer answer) {
    inbox_.with([&](Inbox& inbox) {
        const auto at = std::ranges::find_if(inbox.waiting, [&](const Waiting& one) {
            return one.question.job == question.job && one.question.lease == question.lease &&
                   one.question.message.number == question.message.number;
        });
        inbox.size -= size_of(at->question);
        inbox.waiting.erase(at);
    });
    answered_(std::move(answer));
}

// Its questions stay in their order. It may be that only what it asks for cannot be reached.
void RequestLine::put_behind(JobId job) {
    inbox_.with([&](Inbox& inbox) {
        std::ranges::stable_partition(inbox.waiting,
                                      [&](const Waiting& one) { return one.question.job != job; });
    });
}

JobAnswer RequestLine::answer_to(const Question& question) {
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
            return {.job = question.job,
                    .lease = question.lease,
                    .reply = reply_of(question, JOBHOST_OK),
                    .call = question.message.position,
                    .jobs = prepare(question)};
    }
    return answer_of(question, reply_of(question, JOBHOST_OK));
}

std::string RequestLine::load(const Question& question) {
    storage::SavedWork saved = storage_.runs().load(question.job, question.message.position);
    return encode(worker::SavedMessage{.checkpoint = std::move(saved.checkpoint),
                                       .steps = std::move(saved.steps),
                                       .next = saved.next.value_or(0)});
}

// A call of which the answer is kept needs nothing else: not its types, nor what it waits for.
std::optional<std::string> RequestLine::enqueue(const Question& question) {
    storage::RunStore& runs = storage_.runs();
    const storage::RunKey run = key_of(server_, question);
    const storage::RunCall call{question.message.position, request_digest(question.message.body)};
    check_number(call.number);
    auto answer = runs.answer_to(run, call);
    if (!answer) {
        Submission made = submission_of(question, false);
        number(made, storage_.jobs());
        answer = runs.submit(run, call, made.batches, made.jobs);
    }
    if (!answer) return std::nullopt;
    json::array ids;
    for (const std::int64_t id : *answer)
        ids.emplace_back(std::to_string(id));
    return json::serialize(ids);
}

std::vector<NewJob> RequestLine::prepare(const Question& question) {
    check_number(question.message.position);
    Submission made = submission_of(question, true);
    if (!made.batches.empty()) throw BadRequest{"a batch cannot be handed in on success: hand in jobs"};
    number(made, storage_.jobs());
    return std::move(made.jobs);
}

// References are what they were for the first run.
Submission RequestLine::submission_of(const Question& question, bool is_on_success) {
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
    for (NewJob& job : made.jobs)
        job.creator = question.job;
    return made;
}

}  // namespace jobhost::host
