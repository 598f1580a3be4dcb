#include "host/requests/job_maker.hpp"

#include "config/nearest_name.hpp"
#include "config/values.hpp"
#include "host/requests/queue_name.hpp"
#include "host/requests/repeated_key.hpp"
#include "host/worker/json_text.hpp"
#include "host/worker/limits.hpp"
#include "storage/model/time_text.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace jobhost::host {

namespace {

namespace json = boost::json;

constexpr std::size_t kMostProblems = 10;  // of one job's arguments, told at once
constexpr Duration kShortest = std::chrono::milliseconds{1};
constexpr std::size_t kMaxTagSize = 100;       // bytes
constexpr std::size_t kMaxLimitUseSize = 200;  // bytes, of a limit's name and the key together

// Later instants cannot be written.
constexpr TimePoint kEnd = std::chrono::sys_days{std::chrono::year{10'000} / 1 / 1};

[[noreturn]] void refuse(const std::string& why) {
    throw BadRequest{why};
}
[[noreturn]] void refuse_for_now(const std::string& why) {
    throw BadRequest::for_now(why);
}

void check_object(const std::string& text) {
    json::parse_options options;
    options.max_depth = worker::kMaxJsonDepth;
    json::error_code error;
    const json::value arguments = json::parse(text, error, {}, options);
    if (error) refuse("the arguments are not JSON: " + error.message());
    if (!arguments.is_object())
        refuse("the arguments must be a JSON object, such as {\"to\": \"a@example.com\"}");
    if (!worker::is_json(text)) refuse("the arguments hold a number that is too large");
    try {
        refuse_repeated_keys(text);
    } catch (const BadRequest& repeated) {
        refuse(std::string{"in the arguments "} + repeated.what());
    }
}

void check_ties(const NewJob& job) {
    if (job.parents.size() > kMaxParents)
        refuse("a job can wait for at most " + std::to_string(kMaxParents) +
               " others: put them into a batch, and wait for that");
    if (job.tags.size() > kMaxTags) refuse("a job can have at most " + std::to_string(kMaxTags) + " tags");
    for (const std::string& tag : job.tags)
        if (tag.empty() || tag.size() > kMaxTagSize || config::has_control_character(tag))
            refuse("a tag must be 1 to " + std::to_string(kMaxTagSize) +
                   " bytes without line breaks and other control characters, is " + config::in_quotes(tag));
    if (job.unique && (job.unique->key.empty() || job.unique->key.size() > kMaxKeySize ||
                       config::has_control_character(job.unique->key)))
        refuse("a unique key must be 1 to " + std::to_string(kMaxKeySize) +
               " bytes without line breaks and other control characters");
    if (job.limits.size() > kMaxLimitsOfJob)
        refuse("a job can need slots of at most " + std::to_string(kMaxLimitsOfJob) + " limits");
    for (const LimitUse& use : job.limits) {
        if (config::has_control_character(use.key))
            refuse("the key of the limit " + config::in_quotes(use.limit) +
                   " must have no line breaks and other control characters");
        if (use.limit.size() + use.key.size() > kMaxLimitUseSize)
            refuse("the limit " + config::in_quotes(use.limit) + " and its key must be at most " +
                   std::to_string(kMaxLimitUseSize) + " bytes together");
    }
}

// Whatever the store would refuse is refused here, where a line of a file can still be named, and before the
// lines above it are handed in.
void check(const NewJob& job) {
    check_queue_name(job.queue);
    if (job.priority < kMinPriority || job.priority > kMaxPriority)
        refuse("the priority must be a whole number from -1000 to 1000, is " + std::to_string(job.priority));
    if (job.arguments.size() > kMaxArgumentsSize)
        refuse("the arguments are " + std::to_string(job.arguments.size()) + " bytes; at most " +
               std::to_string(kMaxArgumentsSize) +
               " are allowed: put large data into a file and hand over its path");
    check_ties(job);
}

template <class Item>
void add_missing(std::vector<Item>& to, const std::vector<Item>& items) {
    for (const Item& item : items)
        if (std::find(to.begin(), to.end(), item) == to.end()) to.push_back(item);
}

}  // namespace

// Job types have a dot in their names and definitions may have one too: the definition goes first.
Submission JobMaker::make(const JobRequest& request) {
    if (request.in && request.at) refuse("say when either by 'in' or by 'at', not by both");
    if (request.on && request.after.empty())
        refuse("'on' says how what it is 'after' has to end: name that, too");
    Submission made;
    if (is_definition(request.name)) {
        made = of_definition(request);
    } else {
        made.jobs.push_back(of_type(request));
        made.jobs.back().id = JobId{-1};
    }
    for (const NewJob& job : made.jobs)
        check_places(job);
    return made;
}

void JobMaker::check_places(const NewJob& job) {
    for (const LimitUse& use : job.limits) {
        if (!limits_) {
            limits_.emplace();
            for (const storage::LimitUsage& usage : around_.storage.limits().list())
                limits_->push_back(usage.limit.name);
        }
        if (std::ranges::find(*limits_, use.limit) != limits_->end()) continue;
        const std::vector<std::string_view> names(limits_->begin(), limits_->end());
        const std::string hint = config::did_you_mean(use.limit, names);
        refuse_for_now(
            "there is no limit " + config::in_quotes(use.limit) + "; " +
            (hint.empty() ? "define it under 'limits' in the host file, or by 'jobhost limits set'" : hint));
    }
    if (!job.batch || job.batch->value < 0) return;
    const auto batch = identified(job.batch->value);
    const std::string name = "batch " + std::to_string(job.batch->value);
    if (!batch || !std::holds_alternative<BatchId>(batch->id)) refuse("there is no " + name + " to join");
    if (batch->is_cancelled) refuse(name + " was cancelled: nothing can join it any more");
}

bool JobMaker::is_definition(const std::string& name) {
    const auto [known, is_new] = definitions_.try_emplace(name, false);
    if (is_new) known->second = around_.definitions.contains(name);
    return known->second;
}

NewJob JobMaker::of_type(const JobRequest& request) {
    const std::string& type = request.name;
    if (!config::is_job_type(type))
        refuse_for_now("there is no definition " + config::in_quotes(type) +
                       ", nor is it a job type such as mail.send" +
                       nearest_definition(type, around_.definitions.all()));
    if (!around_.types.is_permitted(type))
        refuse(type + " is privileged: jobs may hand it in only by the name of a definition");
    NewJob job;
    job.type = type;
    job.payload_version = payload_version(type);
    job.policy.retention = around_.retention;
    if (request.arguments) job.arguments = *request.arguments;
    check_arguments(type, job.arguments);
    apply(request, job);
    return job;
}

int JobMaker::payload_version(const std::string& type) {
    const auto version = around_.types.payload_version(type);
    if (!version && !around_.are_unknown_types_taken) refuse_for_now(around_.types.unknown_text(type));
    return version.value_or(1);
}

Submission JobMaker::of_definition(const JobRequest& request) {
    const auto all = around_.definitions.all();
    const auto stored = std::ranges::find(
        all, request.name, [](const auto& one) -> const std::string& { return one.definition.name; });
    if (stored == all.end())
        refuse_for_now("the definition " + config::in_quotes(request.name) + " has just been removed");
    const bool is_batch = stored->definition.batch.has_value();
    if (is_batch && request.says_how())
        refuse(config::in_quotes(request.name) + " is a batch: its jobs are as its definition says");
    if (!is_batch && request.arguments) check_arguments(stored->definition.type, *request.arguments);
    const Workshop workshop{
        .definitions = all,
        .payload_version = [this](const std::string& type) { return payload_version(type); },
        .folder =
            [this](const std::string& source) {
                if (auto folder = around_.definitions.folder(source)) return *std::move(folder);
                refuse_for_now("its file of items lies beside " + source + ", which is not here");
            },
    };
    Submission made;
    try {
        made = submission_of({.names = {request.name},
                              .now = around_.clock.now(),
                              .as_of = as_of(),
                              .arguments = request.arguments},
                             workshop);
    } catch (const SubmissionRefused& refused) {
        refuse(refused.what());
    }
    if (is_batch && made.jobs.empty())
        refuse("the batch " + config::in_quotes(request.name) + " has no items");
    if (!is_batch) apply(request, made.jobs.front());
    return made;
}

void JobMaker::apply(const JobRequest& request, NewJob& job) {
    const TimePoint now = around_.clock.now();
    if (request.expires_in && *request.expires_in < kShortest)
        refuse("'expires_in' must be 1ms or more, is " + to_text(*request.expires_in));
    if (request.queue) job.queue = QueueName{*request.queue};
    if (request.priority) job.priority = *request.priority;
    if (request.in && !around_.counts_from_handing_in) job.due_at = now + *request.in;
    if (request.at) job.due_at = *request.at;
    if (request.expires_in) job.expires_at = job.due_at.value_or(now) + *request.expires_in;
    if (job.expires_at && *job.expires_at >= kEnd) refuse("'expires_in' ends after the year 9999");
    for (const std::int64_t id : request.after)
        add_missing(job.parents, {parent(id, request.on.value_or(Condition::succeeded))});
    if (request.delay > Duration::zero()) job.delay = request.delay;
    if (request.in && around_.counts_from_handing_in) job.delay += *request.in;
    if (request.unique) job.unique = request.unique;
    add_missing(job.tags, request.tags);
    add_missing(job.limits, request.limits);
    if (request.batch) job.batch = request.batch;
    check(job);
}

void JobMaker::check_arguments(const std::string& type, const std::string& arguments) {
    check_object(arguments);
    const std::vector<std::string> problems = around_.types.problems_of(type, arguments);
    if (problems.empty()) return;
    std::string text = "the arguments do not fit " + type + ": ";
    for (std::size_t i = 0; i < std::min(problems.size(), kMostProblems); ++i)
        text += (i == 0 ? "" : "; ") + problems[i];
    if (problems.size() > kMostProblems)
        text += "; and " + std::to_string(problems.size() - kMostProblems) + " more";
    refuse(text);
}

void JobMaker::look_up(const std::vector<std::int64_t>& ids) {
    std::vector<std::int64_t> unknown;
    for (const std::int64_t id : ids)
        if (identified_.try_emplace(id).second) unknown.push_back(id);
    if (unknown.empty()) return;
    for (const storage::Identified& found : around_.storage.workflows().identify(unknown))
        identified_[std::visit([](auto id) { return id.value; }, found.id)] = found;
}

std::optional<storage::Identified> JobMaker::identified(std::int64_t id) {
    look_up({id});
    return identified_.at(id);
}

Parent JobMaker::parent(std::int64_t id, Condition on) {
    const auto found = identified(id);
    if (!found)
        refuse("there is no job or batch " + std::to_string(id) +
               " to wait for (finished ones are removed when their retention is over)");
    return {found->id, on};
}

}  // namespace jobhost::host
