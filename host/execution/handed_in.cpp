#include "host/execution/handed_in.hpp"

#include "config/nearest_name.hpp"
#include "config/values.hpp"
#include "host/worker/json_text.hpp"
#include "host/worker/limits.hpp"
#include "storage/model/time_text.hpp"
#include "storage/text.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <span>

namespace jobhost::host {

namespace {

namespace json = boost::json;

constexpr std::size_t kMaxTagSize = 100;       // bytes
constexpr std::size_t kMaxLimitUseSize = 200;  // bytes, of a limit's name and the key together
constexpr std::size_t kMaxBatchName = 200;     // bytes

constexpr std::array<std::string_view, 15> kJobKeys{"type",   "args",       "queue",  "priority", "in",
                                                    "at",     "expires_in", "delay",  "after",    "on",
                                                    "unique", "tags",       "limits", "batch",    "name"};
constexpr std::array<std::string_view, 4> kUniqueKeys{"key", "while", "window", "on_conflict"};
constexpr std::array<std::string_view, 1> kOrderKeys{"batch"};
constexpr std::array<std::string_view, 3> kBatchKeys{"name", "jobs", "then"};

[[noreturn]] void refuse(const std::string& why) {
    throw BadOrder{why};
}

void check_keys(const json::object& object, std::span<const std::string_view> known) {
    for (const auto& member : object) {
        const std::string_view key = member.key();
        if (std::find(known.begin(), known.end(), key) != known.end()) continue;
        const auto nearest = config::nearest_name(key, known);
        refuse(config::in_quotes(key) + " is not known here" +
               (nearest ? "; did you mean '" + std::string{*nearest} + "'?" : ""));
    }
}

// The member as a text; nothing: it is not there.
std::optional<std::string> text_at(const json::object& object, const char* key) {
    const json::value* value = object.if_contains(key);
    if (value == nullptr) return std::nullopt;
    if (!value->is_string()) refuse("'" + std::string{key} + "' must be a text");
    return std::string{value->get_string()};
}

std::optional<Duration> duration_at(const json::object& object, const char* key) {
    const auto text = text_at(object, key);
    if (!text) return std::nullopt;
    const auto duration = parse_duration(*text);
    if (!duration) refuse("'" + std::string{key} + "' must be a duration such as 10s or 1h30m");
    return duration;
}

// The place of the member's text among `names`; nothing: it is not there.
template <class Value, std::size_t Count>
std::optional<Value> word_at(const json::object& object, const char* key,
                             const std::array<std::string_view, Count>& names) {
    const auto text = text_at(object, key);
    if (!text) return std::nullopt;
    const auto found = std::find(names.begin(), names.end(), *text);
    if (found != names.end()) return static_cast<Value>(found - names.begin());
    std::string all;
    for (const std::string_view name : names)
        all += (all.empty() ? "" : ", ") + std::string{name};
    refuse("'" + std::string{key} + "' must be one of " + all);
}

// Calls `each` with the only value, or with each of a list.
template <class Each>
void for_each_at(const json::object& object, const char* key, Each each) {
    const json::value* value = object.if_contains(key);
    if (value == nullptr) return;
    if (!value->is_array()) return each(*value);
    for (const json::value& item : value->get_array())
        each(item);
}

// JSON's numbers end at 2^53 for many; a text is always right.
std::optional<std::int64_t> id_of(const json::value& value) {
    if (value.is_int64() && value.get_int64() > 0) return value.get_int64();
    if (!value.is_string()) return std::nullopt;
    const json::string& text = value.get_string();
    std::int64_t id = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
    if (error != std::errc{} || end != text.data() + text.size() || id <= 0) return std::nullopt;
    return id;
}

Unique unique_of(const json::value& value) {
    Unique unique;
    if (value.is_string()) {
        unique.key = value.get_string();
    } else if (value.is_object()) {
        const json::object& object = value.get_object();
        check_keys(object, kUniqueKeys);
        const auto key = text_at(object, "key");
        if (!key) refuse("'key' of 'unique' is missing");
        unique.key = *key;
        const auto window = duration_at(object, "window");
        const auto held = word_at<HeldWhile>(object, "while", kHeldWhileNames);
        unique.held = held.value_or(window ? HeldWhile::window : HeldWhile::until_finished);
        if ((unique.held == HeldWhile::window) != (window && *window > Duration::zero()))
            refuse("'window' is a duration, and goes with 'while' as window");
        unique.window = window.value_or(Duration::zero());
        unique.on_conflict =
            word_at<OnConflict>(object, "on_conflict", kOnConflictNames).value_or(OnConflict::skip);
    } else {
        refuse("'unique' must be a text, or an object with 'key'");
    }
    if (unique.key.empty() || unique.key.size() > kMaxKeySize)
        refuse("a unique key must be 1 to " + std::to_string(kMaxKeySize) + " bytes");
    return unique;
}

LimitUse limit_of(const json::value& value) {
    if (!value.is_string()) refuse("'limits' must be names of limits, such as \"smtp\" or \"tenant:acme\"");
    const std::string_view text = value.get_string();
    const std::size_t colon = text.find(':');
    LimitUse use{std::string{text.substr(0, colon)}, ""};
    if (colon != std::string_view::npos) use.key = text.substr(colon + 1);
    if (!config::is_name(use.limit) || use.limit.size() + use.key.size() > kMaxLimitUseSize)
        refuse("'limits' must be names of limits, such as \"smtp\" or \"tenant:acme\", of at most " +
               std::to_string(kMaxLimitUseSize) + " bytes");
    return use;
}

template <class Item>
void add_missing(std::vector<Item>& to, Item item) {
    if (std::find(to.begin(), to.end(), item) == to.end()) to.push_back(std::move(item));
}

// When the job runs, and how late it may.
void read_times(const json::object& object, TimePoint now, NewJob& job) {
    const auto in = duration_at(object, "in");
    const auto at = text_at(object, "at");
    if (in && at) refuse("say when either by 'in' or by 'at', not by both");
    if (in) job.due_at = now + *in;
    if (at) {
        job.due_at = parse_instant(*at);
        if (!job.due_at) refuse("'at' must be an instant such as 2026-12-01T09:00:00+03:00");
    }
    if (const auto expires = duration_at(object, "expires_in"))
        job.expires_at = job.due_at.value_or(now) + *expires;
    job.delay = duration_at(object, "delay").value_or(Duration::zero());
}

// What it is kept apart and found by.
void read_marks(const json::object& object, NewJob& job) {
    if (const json::value* unique = object.if_contains("unique")) job.unique = unique_of(*unique);
    for_each_at(object, "tags", [&](const json::value& value) {
        if (!value.is_string() || value.get_string().empty() || value.get_string().size() > kMaxTagSize)
            refuse("'tags' must be texts of 1 to " + std::to_string(kMaxTagSize) + " bytes");
        add_missing(job.tags, std::string{value.get_string()});
    });
    if (job.tags.size() > kMaxTags) refuse("a job can have at most " + std::to_string(kMaxTags) + " tags");
    for_each_at(object, "limits",
                [&](const json::value& value) { add_missing(job.limits, limit_of(value)); });
    if (job.limits.size() > kMaxLimitsOfJob)
        refuse("a job can need slots of at most " + std::to_string(kMaxLimitsOfJob) + " limits");
}

// All but what it waits for.
HandedInJob read_job(const json::value& value, TimePoint now) {
    if (!value.is_object()) refuse("a job must be a JSON object, such as {\"type\": \"mail.send\"}");
    const json::object& object = value.get_object();
    check_keys(object, kJobKeys);
    HandedInJob order;
    const auto type = text_at(object, "type");
    if (!type) refuse("'type' is missing");
    order.job.type = *type;
    if (const json::value* arguments = object.if_contains("args")) {
        if (!arguments->is_object()) refuse("'args' must be a JSON object");
        order.arguments = json::serialize(*arguments);
        if (order.arguments->size() > kMaxArgumentsSize)
            refuse("'args' must be at most " + std::to_string(kMaxArgumentsSize) + " bytes");
    }
    order.queue = text_at(object, "queue");
    if (order.queue && !config::is_name(*order.queue))
        refuse("the queue must be 1 to 100 of A-Z a-z 0-9 _ . -, is " + config::in_quotes(*order.queue));
    if (const json::value* priority = object.if_contains("priority")) {
        json::error_code error;
        order.priority = priority->is_number() ? priority->to_number<int>(error) : kMaxPriority + 1;
        if (error || *order.priority < kMinPriority || *order.priority > kMaxPriority)
            refuse("'priority' must be a whole number from -1000 to 1000");
    }
    read_times(object, now, order.job);
    read_marks(object, order.job);
    if (const json::value* batch = object.if_contains("batch")) {
        const auto id = id_of(*batch);
        if (!id) refuse("'batch' must be the id of a batch, such as \"12\"");
        order.job.batch = BatchId{*id};
    }
    return order;
}

// By name or by id. `names`: the members of the batch that it comes with.
void read_after(const json::object& object, const std::map<std::string, std::size_t, std::less<>>& names,
                HandedInJob& order) {
    for_each_at(object, "after", [&](const json::value& value) {
        if (value.is_string()) {
            if (const auto named = names.find(std::string_view{value.get_string()}); named != names.end())
                return add_missing(order.after_members, named->second);
        }
        const auto id = id_of(value);
        if (!id)
            refuse(value.is_string() ? "'after' names " + config::in_quotes(value.get_string()) +
                                           ", which is neither an id nor a job of the batch"
                                     : "'after' must name jobs or batches by their ids, such as \"12\"");
        add_missing(order.after, *id);
    });
    const std::size_t count = order.after.size() + order.after_members.size() + (order.follows_batch ? 1 : 0);
    if (count > kMaxParents)
        refuse("a job can wait for at most " + std::to_string(kMaxParents) +
               " others: put them into a batch, and wait for that");
    const auto on = word_at<Condition>(object, "on", kConditionNames);
    if (on && count == 0) refuse("'on' says how what it is 'after' has to end: name that, too");
    order.on = on.value_or(Condition::succeeded);
}

const json::array& array_at(const json::object& object, const char* key) {
    static const json::array none;
    const json::value* value = object.if_contains(key);
    if (value == nullptr) return none;
    if (!value->is_array()) refuse("'" + std::string{key} + "' must be a list of jobs");
    return value->get_array();
}

HandedIn read_batch(const json::value& value, TimePoint now) {
    if (!value.is_object()) refuse("'batch' must be an object with 'jobs'");
    const json::object& object = value.get_object();
    check_keys(object, kBatchKeys);
    HandedIn all;
    all.batch_name = text_at(object, "name").value_or("");
    if (all.batch_name->size() > kMaxBatchName)
        refuse("a batch's name must be at most " + std::to_string(kMaxBatchName) + " bytes");
    const json::array& members = array_at(object, "jobs");
    const json::array& followers = array_at(object, "then");
    if (members.empty()) refuse("a batch must have jobs");
    std::map<std::string, std::size_t, std::less<>> names;
    for (const json::array* part : {&members, &followers})
        for (const json::value& item : *part) {
            HandedInJob order = read_job(item, now);
            if (order.job.batch) refuse("a job in 'batch' cannot name another one");
            order.is_member = part == &members;
            order.follows_batch = !order.is_member;
            if (const auto name = text_at(item.get_object(), "name"))
                if (!names.emplace(*name, all.jobs.size()).second)
                    refuse("two jobs of the batch are called " + config::in_quotes(*name));
            all.jobs.push_back(std::move(order));
        }
    std::size_t position = 0;
    for (const json::array* part : {&members, &followers})
        for (const json::value& item : *part) {
            read_after(item.get_object(), names, all.jobs[position]);
            ++position;
        }
    return all;
}

HandedInJob read_single(const json::value& value, TimePoint now) {
    HandedInJob order = read_job(value, now);
    if (value.get_object().contains("name")) refuse("'name' is for jobs of a 'batch'");
    read_after(value.get_object(), {}, order);
    return order;
}

}  // namespace

HandedIn read_handed_in(std::string_view text, TimePoint now) {
    if (!worker::is_json(text) || !storage::is_storable(text)) refuse("it is not JSON in UTF-8");
    json::parse_options options;
    options.max_depth = worker::kMaxJsonDepth;
    const json::value order = json::parse(text, {}, options);
    HandedIn all;
    if (order.is_object() && order.get_object().contains("batch") && !order.get_object().contains("type")) {
        check_keys(order.get_object(), kOrderKeys);
        all = read_batch(order.get_object().at("batch"), now);
    } else if (order.is_array()) {
        for (const json::value& item : order.get_array())
            all.jobs.push_back(read_single(item, now));
    } else {
        all.jobs.push_back(read_single(order, now));
    }
    if (all.jobs.empty()) refuse("there is no job in it");
    if (all.jobs.size() > static_cast<std::size_t>(worker::kMaxJobsOfCall))
        refuse("at most " + std::to_string(worker::kMaxJobsOfCall) + " jobs can be handed in at once");
    return all;
}

}  // namespace jobhost::host
