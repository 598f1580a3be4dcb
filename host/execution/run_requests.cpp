#include "host/execution/run_requests.hpp"

#include "host/worker/limits.hpp"
#include "host/worker/utf8.hpp"

#include <jobhost/plugin.h>

#include <boost/json.hpp>

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
// Of steps, in one answer; one more step and a checkpoint may come on top.
constexpr std::size_t kPageSize = std::size_t{900} << 10;

// Steps that are ours, not the job's.
constexpr std::string_view kOwnSteps = "jobhost.";

std::size_t size_of(const JobRequest& request) {
    return sizeof request + request.message.body.size() + request.message.name.size();
}

worker::ReplyMessage reply_of(const JobRequest& request, jobhost_status status, std::string body = {},
                              const std::string& problem = {}) {
    return {.number = request.message.number,
            .status = status,
            .body = std::move(body),
            .problem = std::string{worker::cut_utf8(problem, worker::kMaxErrorMessage)}};
}

storage::RunKey key_of(ServerId server, const JobRequest& request) {
    return {server, request.job, request.lease};
}

JobAnswer answer_of(const JobRequest& request, worker::ReplyMessage reply, std::vector<NewJob> jobs = {}) {
    return {request.job, request.lease, std::move(reply), std::move(jobs)};
}

JobAnswer lost(const JobRequest& request) {
    return answer_of(request, reply_of(request, JOBHOST_LOST, {}, "this run is not the job's any more"));
}

void check_call(const JobRequest& request) {
    if (request.message.position < 1) throw BadOrder{"a call that hands in jobs has a number"};
}

}  // namespace

RunRequests::RunRequests(storage::Storage& storage, ServerId server, const Clock& clock,
                         const BootClock& boot_clock, Retention retention,
                         std::function<void(JobAnswer)> answered)
    : storage_{storage},
      server_{server},
      clock_{clock},
      boot_clock_{boot_clock},
      answered_{std::move(answered)},
      orders_{storage, boot_clock, std::move(retention)},
      loop_{"requests of jobs", [this] { return step(); }} {}

void RunRequests::ask(JobRequest request) {
    const std::size_t size = size_of(request);
    const auto busy =
        reply_of(request, JOBHOST_UNAVAILABLE, {}, "too many requests of jobs wait for the database");
    const JobAnswer refusal = answer_of(request, busy);
    const bool is_taken = inbox_.with([&](Inbox& inbox) {
        if (inbox.waiting.size() >= kMostWaiting || inbox.size + size > kMostBytes) return false;
        inbox.size += size;
        inbox.waiting.push_back({std::move(request), boot_clock_.now()});
        return true;
    });
    if (!is_taken) return answered_(refusal);
    loop_.wake();
}

// The first request stays in the inbox until it is answered: only this thread takes any out.
Duration RunRequests::step() {
    refuse_old();
    const auto request = inbox_.with([](Inbox& inbox) -> std::optional<JobRequest> {
        if (inbox.waiting.empty()) return std::nullopt;
        return inbox.waiting.front().request;
    });
    if (!request) return kIdle;
    try {
        JobAnswer answer = answer_to(*request);
        answer_first(std::move(answer.reply), std::move(answer.jobs));
    } catch (const BadOrder& error) {
        answer_first(reply_of(*request, JOBHOST_INVALID, {}, error.what()));
    } catch (const StorageError& error) {
        using Kind = StorageError::Kind;
        if (error.kind() != Kind::refused && error.kind() != Kind::conflict) throw;
        answer_first(reply_of(*request, JOBHOST_INVALID, {}, error.what()));
    }
    return Duration::zero();
}

void RunRequests::refuse_old() {
    const BootTime now = boot_clock_.now();
    for (;;) {
        const auto old = inbox_.with([&](Inbox& inbox) -> std::optional<JobRequest> {
            if (inbox.waiting.empty() || now - inbox.waiting.front().since < kPatience) return std::nullopt;
            return inbox.waiting.front().request;
        });
        if (!old) return;
        answer_first(reply_of(*old, JOBHOST_UNAVAILABLE, {}, "the database did not answer in time"));
    }
}

void RunRequests::answer_first(worker::ReplyMessage reply, std::vector<NewJob> jobs) {
    const JobRequest request = inbox_.with([](Inbox& inbox) {
        JobRequest first = std::move(inbox.waiting.front().request);
        inbox.waiting.pop_front();
        inbox.size -= size_of(first);
        return first;
    });
    answered_(answer_of(request, std::move(reply), std::move(jobs)));
}

JobAnswer RunRequests::answer_to(const JobRequest& request) {
    storage::RunStore& runs = storage_.runs();
    const worker::RequestMessage& message = request.message;
    switch (message.kind) {
        case RequestKind::load:
            return answer_of(request, reply_of(request, JOBHOST_OK, load(request)));
        case RequestKind::save_checkpoint:
            if (!runs.save_checkpoint(key_of(server_, request), message.body)) return lost(request);
            break;
        case RequestKind::save_step:
            if (message.name.starts_with(kOwnSteps))
                throw BadOrder{"names of steps that begin with 'jobhost.' are the host's own"};
            if (!runs.save_step(key_of(server_, request), message.name, message.body)) return lost(request);
            break;
        case RequestKind::enqueue: {
            auto ids = enqueue(request);
            if (!ids) return lost(request);
            return answer_of(request, reply_of(request, JOBHOST_OK, std::move(*ids)));
        }
        case RequestKind::enqueue_on_success:
            return answer_of(request, reply_of(request, JOBHOST_OK), prepare(request));
    }
    return answer_of(request, reply_of(request, JOBHOST_OK));
}

// From the step on that the request names, as many as fit.
std::string RunRequests::load(const JobRequest& request) {
    storage::SavedWork saved = storage_.runs().load(request.job);
    std::erase_if(saved.steps, [](const auto& step) { return step.first.starts_with(kOwnSteps); });
    worker::SavedMessage page;
    const auto first = static_cast<std::size_t>(request.message.position);
    if (first == 0) page.checkpoint = std::move(saved.checkpoint);
    std::size_t size = 0;
    std::size_t at = first;
    for (; at < saved.steps.size() && size < kPageSize; ++at) {
        size += saved.steps[at].first.size() + saved.steps[at].second.size() + 2 * sizeof(std::uint32_t);
        page.steps.push_back(std::move(saved.steps[at]));
    }
    page.is_last = at >= saved.steps.size();
    return encode(page);
}

std::optional<std::string> RunRequests::enqueue(const JobRequest& request) {
    check_call(request);
    const TimePoint now = clock_.now();
    const HandedIn order = read_handed_in(request.message.body, now);
    const auto first = first_id(request, order);
    if (!first) return std::nullopt;
    const auto submission = orders_.complete(order, request.job, request.message.position, *first, now);
    const auto inserted =
        storage_.runs().submit(key_of(server_, request), submission.batches, submission.jobs);
    if (!inserted) return std::nullopt;
    json::array ids;
    for (const NewBatch& batch : submission.batches)
        ids.emplace_back(std::to_string(batch.id.value));
    for (const Inserted& job : *inserted)
        ids.emplace_back(std::to_string(job.id.value));
    return json::serialize(ids);
}

std::vector<NewJob> RunRequests::prepare(const JobRequest& request) {
    check_call(request);
    const TimePoint now = clock_.now();
    const HandedIn order = read_handed_in(request.message.body, now);
    if (order.batch_name) throw BadOrder{"a batch cannot be handed in on success: hand in jobs"};
    const JobId first = storage_.jobs().reserve_ids(JobOrders::ids_of(order));
    return orders_.complete(order, request.job, request.message.position, first, now).jobs;
}

// Jobs are found again by their call, but a batch would come a second time, and without its members. So its
// ids are kept before it is handed in.
std::optional<JobId> RunRequests::first_id(const JobRequest& request, const HandedIn& order) {
    const std::size_t count = JobOrders::ids_of(order);
    if (!order.batch_name) return storage_.jobs().reserve_ids(count);
    const std::string step = std::string{kOwnSteps} + "batch." + std::to_string(request.message.position);
    for (const auto& [name, result] : storage_.runs().load(request.job).steps) {
        if (name != step) continue;
        const json::value kept = json::parse(result);
        if (kept.at("count").to_number<std::size_t>() != count)
            throw BadOrder{"call " + std::to_string(request.message.position) +
                           " of an earlier run handed in another batch"};
        return JobId{kept.at("first").to_number<std::int64_t>()};
    }
    const JobId first = storage_.jobs().reserve_ids(count);
    const json::object kept{{"first", first.value}, {"count", count}};
    if (!storage_.runs().save_step(key_of(server_, request), step, json::serialize(kept)))
        return std::nullopt;
    return first;
}

}  // namespace jobhost::host
