#include "host/command_line/job_request.hpp"

#include "config/nearest_name.hpp"
#include "config/values.hpp"
#include "host/command_line/json_member.hpp"
#include "host/command_line/opened.hpp"
#include "host/command_line/spellings.hpp"
#include "host/scheduling/sources.hpp"
#include "host/worker/json_text.hpp"
#include "host/worker/limits.hpp"
#include "storage/model/time_text.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <span>

namespace jobhost::host {

namespace {

namespace json = boost::json;

constexpr std::size_t kMostProblems = 10;      // of one job's arguments, told at once
constexpr std::size_t kMaxTagSize = 100;       // bytes
constexpr std::size_t kMaxLimitUseSize = 200;  // bytes, of a limit's name and the key together

[[noreturn]] void refuse(const std::string& why) {
    throw CommandError{kWrongUse, why};
}

constexpr std::array<std::string_view, 14> kKeys{"type",   "args",       "queue",  "priority", "in",
                                                 "at",     "expires_in", "after",  "on",       "delay",
                                                 "unique", "tags",       "limits", "batch"};
constexpr std::array<std::string_view, 3> kUniqueKeys{"key", "while", "on_conflict"};

std::string text_at(const json::object& line, const char* key) {
    const json::value& value = line.at(key);
    if (!value.is_string()) refuse("'" + std::string{key} + "' must be a text");
    return std::string{value.get_string()};
}

Duration duration_at(const json::object& line, const char* key) {
    const std::string text = text_at(line, key);
    const auto duration = parse_duration(text);
    if (!duration) refuse("'" + std::string{key} + "' must be a duration such as 10s or 1h30m");
    return *duration;
}

// Calls `each` with the only value, or with each of a list.
template <class Each>
void for_each_at(const json::object& line, const char* key, Each each) {
    const json::value* value = line.if_contains(key);
    if (value == nullptr) return;
    if (!value->is_array()) return each(*value);
    for (const json::value& item : value->get_array())
        each(item);
}

// JSON's numbers end at 2^53 for many; a text is always right.
std::int64_t id_of(const json::value& value, const char* key) {
    if (value.is_int64() && value.get_int64() > 0) return value.get_int64();
    if (value.is_string())
        if (const auto id = parse_id(value.get_string())) return *id;
    refuse("'" + std::string{key} + "' must name jobs or batches by their ids, such as \"12\"");
}

void check_keys(const json::object& line, std::span<const std::string_view> known) {
    for (const auto& member : line) {
        const std::string_view key = member.key();
        if (std::find(known.begin(), known.end(), key) != known.end()) continue;
        const auto nearest = config::nearest_name(key, known);
        refuse(config::in_quotes(key) + " is not known here" +
               (nearest ? "; did you mean '" + std::string{*nearest} + "'?" : ""));
    }
}

Unique unique_at(const json::object& line) {
    Unique unique;
    const json::value& value = line.at("unique");
    if (value.is_string()) {
        unique.key = value.get_string();
        return unique;
    }
    if (!value.is_object()) refuse("'unique' must be a text, or an object with 'key'");
    const json::object& object = value.get_object();
    check_keys(object, kUniqueKeys);
    if (!object.contains("key")) refuse("'key' of 'unique' is missing");
    unique.key = text_at(object, "key");
    if (object.contains("while") && !parse_held_while(text_at(object, "while"), unique))
        refuse("'while' must be " + std::string{kHeldWhileTexts});
    if (object.contains("on_conflict")) {
        const auto conflict = parse_on_conflict(text_at(object, "on_conflict"));
        if (!conflict) refuse("'on_conflict' must be " + std::string{kOnConflictTexts});
        unique.on_conflict = *conflict;
    }
    return unique;
}

// What the job waits for, and what it is kept apart by.
void read_ties(const json::object& line, EnqueueOptions& options) {
    for_each_at(line, "after",
                [&](const json::value& value) { options.after.push_back(id_of(value, "after")); });
    if (line.contains("on")) {
        options.on = parse_condition(text_at(line, "on"));
        if (!options.on) refuse("'on' must be succeeded, failed, finished or deleted");
    }
    if (line.contains("delay")) options.delay = duration_at(line, "delay");
    if (line.contains("unique")) options.unique = unique_at(line);
    for_each_at(line, "tags", [&](const json::value& value) {
        if (!value.is_string()) refuse("'tags' must be texts");
        options.tags.emplace_back(value.get_string());
    });
    for_each_at(line, "limits", [&](const json::value& value) {
        const auto use = value.is_string() ? parse_limit_use(value.get_string()) : std::nullopt;
        if (!use) refuse("'limits' must be names of limits, such as \"smtp\" or \"tenant:acme\"");
        options.limits.push_back(*use);
    });
    if (const json::value* batch = line.if_contains("batch")) options.batch = BatchId{id_of(*batch, "batch")};
}

// All but the arguments.
EnqueueOptions options_of(const json::object& line) {
    check_keys(line, kKeys);
    if (!line.contains("type")) refuse("'type' is missing");
    EnqueueOptions options;
    options.name = text_at(line, "type");
    if (line.contains("queue")) options.queue = text_at(line, "queue");
    if (const json::value* priority = line.if_contains("priority")) {
        json::error_code error;
        options.priority = priority->to_number<int>(error);
        if (error) refuse("'priority' must be a whole number from -1000 to 1000");
    }
    if (line.contains("in")) options.in = duration_at(line, "in");
    if (line.contains("at")) {
        options.at = parse_instant(text_at(line, "at"));
        if (!options.at) refuse("'at' must be an instant such as 2026-12-01T09:00:00+03:00");
    }
    if (line.contains("expires_in")) options.expires_in = duration_at(line, "expires_in");
    read_ties(line, options);
    return options;
}

// Of arguments that lie `above` levels deep in the text.
json::value parsed(const std::string& text, std::size_t above, json::error_code& error) {
    json::parse_options options;
    options.max_depth = worker::kMaxJsonDepth + above;
    return json::parse(text, error, {}, options);
}

void check_object(const std::string& text) {
    json::error_code error;
    const json::value arguments = parsed(text, 0, error);
    if (error) refuse("the arguments are not JSON: " + error.message());
    if (!arguments.is_object())
        refuse("the arguments must be a JSON object, such as {\"to\": \"a@example.com\"}");
    if (!worker::is_json(text)) refuse("the arguments hold a number that is too large");
}

void check_ties(const NewJob& job) {
    if (job.parents.size() > kMaxParents)
        refuse("a job can wait for at most " + std::to_string(kMaxParents) +
               " others: put them into a batch, and wait for that");
    if (job.tags.size() > kMaxTags) refuse("a job can have at most " + std::to_string(kMaxTags) + " tags");
    for (const std::string& tag : job.tags)
        if (tag.empty() || tag.size() > kMaxTagSize)
            refuse("a tag must be 1 to " + std::to_string(kMaxTagSize) + " bytes, is " +
                   config::in_quotes(tag));
    if (job.unique && (job.unique->key.empty() || job.unique->key.size() > kMaxKeySize))
        refuse("a unique key must be 1 to " + std::to_string(kMaxKeySize) + " bytes");
    if (job.limits.size() > kMaxLimitsOfJob)
        refuse("a job can need slots of at most " + std::to_string(kMaxLimitsOfJob) + " limits");
    for (const LimitUse& use : job.limits)
        if (use.limit.size() + use.key.size() > kMaxLimitUseSize)
            refuse("the limit " + config::in_quotes(use.limit) + " and its key must be at most " +
                   std::to_string(kMaxLimitUseSize) + " bytes together");
}

// Whatever the store would refuse is refused here, where a line of a file can still be named, and before the
// lines above it are handed in.
void check(const NewJob& job) {
    if (!config::is_name(job.queue.value))
        refuse("the queue must be 1 to 100 of A-Z a-z 0-9 _ . -, is " + config::in_quotes(job.queue.value));
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
JobRequests::Named JobRequests::named(const std::string& name) {
    if (find_definition(name) == nullptr) {
        NewJob job;
        job.type = name;
        job.policy.retention = configuration_.settings.retention;
        return {std::move(job), false};
    }
    Submission made = submission_of_definition(name, std::nullopt);
    if (made.jobs.size() != 1 || !made.batches.empty())
        refuse("the definition " + config::in_quotes(name) +
               " is a batch, or others wait for it: enqueue it by its name alone, and not in a file");
    return {std::move(made.jobs.front()), true};
}

const storage::StoredDefinition* JobRequests::find_definition(const std::string& name) {
    if (!definitions_) {
        definitions_ = storage_.definitions().list();
        // Those that only the files have are not stored yet.
        for (const storage::SourceDefinitions& source : sources_of(configuration_))
            for (const Definition& definition : source.definitions)
                if (std::ranges::none_of(*definitions_, [&](const storage::StoredDefinition& stored) {
                        return stored.definition.name == definition.name;
                    }))
                    definitions_->push_back({.source = source.source, .definition = definition});
    }
    const auto found = std::ranges::find_if(*definitions_, [&](const storage::StoredDefinition& stored) {
        return stored.definition.name == name;
    });
    return found == definitions_->end() ? nullptr : &*found;
}

Submission JobRequests::submission_of_definition(const std::string& name,
                                                 const std::optional<std::string>& arguments) {
    const auto folders = folders_of(configuration_);
    const Workshop workshop{
        .definitions = *definitions_,
        .ids = storage_.jobs(),
        .payload_version =
            [this](const std::string& type) { return types_.payload_version(type).value_or(1); },
        .folder =
            [&](const std::string& source) {
                const auto folder = folders.find(source);
                if (folder == folders.end())
                    refuse("its file of items lies beside " + source +
                           ", which this host file does not name");
                return folder->second;
            },
    };
    try {
        return submission_of({.names = {name}, .now = clock_.now(), .arguments = arguments}, workshop);
    } catch (const SubmissionRefused& refused) {
        refuse(refused.what());
    }
}

std::optional<Submission> JobRequests::definition_from_options(const EnqueueOptions& options) {
    const storage::StoredDefinition* stored = find_definition(options.name);
    if (stored == nullptr) return std::nullopt;
    Submission made = submission_of_definition(options.name, options.arguments);
    if (made.jobs.empty()) refuse("the batch " + config::in_quotes(options.name) + " has no items");
    if (!stored->definition.batch) {
        apply(options, made.jobs.front(), true);
        return made;
    }
    const bool has_more = options.queue || options.priority || options.in || options.at ||
                          options.expires_in || !options.after.empty() || options.delay > Duration::zero() ||
                          options.unique || !options.tags.empty() || !options.limits.empty() || options.batch;
    if (has_more)
        refuse(config::in_quotes(options.name) + " is a batch: its jobs are as its definition says");
    return made;
}

Parent JobRequests::parent(std::int64_t id, Condition on) {
    const auto known = parents_.find(id);
    if (known != parents_.end()) return {known->second, on};
    if (storage_.queries().find(JobId{id}))
        parents_.emplace(id, JobId{id});
    else if (storage_.workflows().find(BatchId{id}))
        parents_.emplace(id, BatchId{id});
    else
        refuse("there is no job or batch " + std::to_string(id) +
               " to wait for (finished ones are removed when their retention is over)");
    return {parents_.at(id), on};
}

std::string JobRequests::nearest_definition(const std::string& name) const {
    std::vector<std::string_view> names;
    for (const config::Source& source : configuration_.sources)
        for (const config::PlacedDefinition& placed : source.definitions)
            names.push_back(placed.definition.name);
    const auto nearest = config::nearest_name(name, names);
    return nearest ? "; did you mean '" + std::string{*nearest} + "'?" : "";
}

void JobRequests::check_arguments(const std::string& type, const std::string& arguments) {
    check_object(arguments);
    const std::vector<std::string> problems = types_.problems_of(type, arguments);
    if (problems.empty()) return;
    std::string text = "the arguments do not fit " + type + ": ";
    for (std::size_t i = 0; i < std::min(problems.size(), kMostProblems); ++i)
        text += (i == 0 ? "" : "; ") + problems[i];
    if (problems.size() > kMostProblems)
        text += "; and " + std::to_string(problems.size() - kMostProblems) + " more";
    refuse(text);
}

NewJob JobRequests::from_options(const EnqueueOptions& options) {
    if (options.in && options.at) refuse("say when either by 'in' or by 'at', not by both");
    if (options.on && options.after.empty())
        refuse("'on' says how what it is 'after' has to end: name that, too");
    auto [job, is_definition] = named(options.name);
    apply(options, job, is_definition);
    return job;
}

void JobRequests::apply(const EnqueueOptions& options, NewJob& job, bool is_definition) {
    if (!config::is_job_type(job.type))
        refuse("there is no definition " + config::in_quotes(job.type) +
               ", nor is it a job type such as mail.send" + nearest_definition(job.type));
    const auto version = types_.payload_version(job.type);
    if (!version && !options.allow_unknown_type) refuse(types_.unknown_text(job.type));
    job.payload_version = version.value_or(1);
    if (options.arguments) job.arguments = *options.arguments;
    // Those of a definition may have gaps that are filled in later.
    if (options.arguments || !is_definition) check_arguments(job.type, job.arguments);
    if (options.queue) job.queue = QueueName{*options.queue};
    if (options.priority) job.priority = *options.priority;
    if (options.in) job.due_at = clock_.now() + *options.in;
    if (options.at) job.due_at = *options.at;
    if (options.expires_in) job.expires_at = job.due_at.value_or(clock_.now()) + *options.expires_in;
    for (const std::int64_t id : options.after)
        add_missing(job.parents, {parent(id, options.on.value_or(Condition::succeeded))});
    if (options.delay > Duration::zero()) job.delay = options.delay;
    if (options.unique) job.unique = options.unique;
    add_missing(job.tags, options.tags);
    add_missing(job.limits, options.limits);
    if (options.batch) job.batch = options.batch;
    check(job);
}

NewJob JobRequests::from_json(const std::string& line, bool allow_unknown_type) {
    json::error_code error;
    const json::value request = parsed(line, 1, error);
    if (error) refuse("it is not JSON: " + error.message());
    if (!request.is_object()) refuse("it must be a JSON object");
    EnqueueOptions options = options_of(request.get_object());
    // They are for the job to understand, and stay as they stand in the line.
    if (request.get_object().contains("args")) options.arguments = json_member(line, "args");
    options.allow_unknown_type = allow_unknown_type;
    return from_options(options);
}

NewJob JobRequests::from_json(const json::object& request, bool allow_unknown_type) {
    EnqueueOptions options = options_of(request);
    if (const json::value* arguments = request.if_contains("args"))
        options.arguments = json::serialize(*arguments);
    options.allow_unknown_type = allow_unknown_type;
    return from_options(options);
}

}  // namespace jobhost::host
