#include "tests/storage/model_store/model_texts.hpp"

#include "storage/storage_error.hpp"
#include "storage/text.hpp"

#include <boost/json.hpp>

namespace jobhost::storage::model {

namespace {

namespace json = boost::json;

void demand(bool holds, const char* otherwise) {
    if (!holds) throw StorageError{StorageError::Kind::refused, otherwise};
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
