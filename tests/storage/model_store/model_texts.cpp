#include "tests/storage/model_store/model_texts.hpp"

#include "storage/text.hpp"
#include "tests/storage/model_store/model_database.hpp"

#include <boost/json.hpp>

#include <set>

namespace jobhost::storage::model {

namespace {

namespace json = boost::json;

void check_parents(const std::vector<Parent>& parents) {
    demand(parents.size() <= kMaxParents, "too many parents");
}

void check_tags(const std::vector<std::string>& tags) {
    demand(tags.size() <= kMaxTags, "too many tags");
    for (const std::string& tag : tags)
        demand(!tag.empty() && tag.size() <= 100 && is_storable(tag), "a tag that is no tag");
}

void check_limits(const std::vector<LimitUse>& uses) {
    demand(uses.size() <= kMaxLimitsOfJob, "too many limits");
    demand(std::set(uses.begin(), uses.end()).size() == uses.size(), "a limit that is named twice");
    for (const LimitUse& use : uses)
        demand(use.limit.size() + use.key.size() <= 200 && is_storable(use.key),
               "a limit's key that is no key");
}

void check_unique(const Unique& unique) {
    demand(!unique.key.empty() && unique.key.size() <= kMaxKeySize && is_storable(unique.key),
           "a unique key that is no key");
    demand(unique.held != HeldWhile::window || unique.window > Duration{}, "a window without a length");
}

bool replace_unless_storable(std::string& text, const std::string& note) {
    if (is_storable(text)) return false;
    text = note;
    return true;
}

}  // namespace

void check(const NewJob& job) {
    demand(job.id.value > 0, "a job without an id");
    demand(!job.type.empty() && !job.queue.value.empty(), "a job without type or queue");
    demand(is_storable(job.type) && is_storable(job.queue.value), "a name that is not UTF-8");
    demand(job.type.size() <= kMaxNameSize && job.queue.value.size() <= kMaxNameSize,
           "a name that is too long");
    demand(job.priority >= kMinPriority && job.priority <= kMaxPriority, "a priority out of range");
    demand(job.arguments.size() <= kMaxArgumentsSize, "arguments that are too large");
    json::error_code error;
    json::parse_options depth;
    depth.max_depth = kMaxJsonDepth;
    const json::value parsed = json::parse(job.arguments, error, {}, depth);
    demand(!error && parsed.is_object(), "arguments that are not a JSON object");
    demand(job.delay >= Duration{}, "a delay that is negative");
    check_parents(job.parents);
    check_tags(job.tags);
    check_limits(job.limits);
    if (job.unique) check_unique(*job.unique);
}

void check(const NewBatch& batch) {
    demand(batch.id.value > 0, "a batch without an id");
    demand(!batch.within || batch.within->value < batch.id.value,
           "a batch whose id is not larger than that of the batch around it");
    demand(is_storable(batch.name) && batch.name.size() <= kMaxNameSize, "a batch's name that is no name");
    check_parents(batch.parents);
}

bool is_json(const std::string& text) {
    json::error_code error;
    json::parse_options depth;
    depth.max_depth = kMaxJsonDepth;
    json::parse(text, error, {}, depth);
    return !error && is_storable(text);
}

bool mutilate(Settlement& settlement) {
    const std::string note = "(a text that is not UTF-8)";
    bool any = false;
    if (auto* success = std::get_if<Succeeded>(&settlement.target))
        any |= replace_unless_storable(success->result, "");
    if (settlement.event)
        for (std::string* text :
             {&settlement.event->error_code, &settlement.event->message, &settlement.event->by})
            any |= replace_unless_storable(*text, note);
    any |= std::erase_if(settlement.log, [](const LogChunk& chunk) { return !is_storable(chunk.lines); }) > 0;
    return any;
}

std::vector<LogLine> lines_of(Lease lease, const std::string& chunk) {
    std::vector<LogLine> lines;
    const json::value parsed = json::parse(chunk);
    for (const json::value& line : parsed.as_array())
        lines.push_back({TimePoint{Duration{line.at("at").to_number<std::int64_t>()}}, lease,
                         json::value_to<std::string>(line.at("level")),
                         json::value_to<std::string>(line.at("text"))});
    return lines;
}

}  // namespace jobhost::storage::model
