#include "tests/storage/model_store/model_texts.hpp"

#include "storage/storage_error.hpp"

#include <boost/json.hpp>

namespace jobhost::storage::model {

namespace {

namespace json = boost::json;

void demand(bool holds, const char* otherwise) {
    if (!holds) throw StorageError{StorageError::Kind::refused, otherwise};
}

// How many bytes the character at the beginning takes; zero: it is none.
std::size_t length_of_first(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char first = byte(0);
    if (first < 0x80) return first == 0 ? 0 : 1;
    const std::size_t length = first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0;
    if (length == 0 || text.size() < length) return 0;
    for (std::size_t i = 1; i < length; ++i)
        if ((byte(i) & 0xC0) != 0x80) return 0;
    const bool is_overlong = (first == 0xE0 && byte(1) < 0xA0) || (first == 0xF0 && byte(1) < 0x90);
    const bool is_surrogate = first == 0xED && byte(1) >= 0xA0;
    const bool is_beyond = first == 0xF4 && byte(1) >= 0x90;
    return is_overlong || is_surrogate || is_beyond ? 0 : length;
}

bool replace_unless_storable(std::string& text, const std::string& note) {
    if (is_storable(text)) return false;
    text = note;
    return true;
}

}  // namespace

bool is_storable(std::string_view text) {
    while (!text.empty()) {
        const std::size_t length = length_of_first(text);
        if (length == 0) return false;
        text.remove_prefix(length);
    }
    return true;
}

void check(const NewJob& job) {
    demand(job.id.value > 0, "a job without an id");
    demand(!job.type.empty() && !job.queue.value.empty(), "a job without type or queue");
    demand(is_storable(job.type) && is_storable(job.queue.value), "a name that is not UTF-8");
    demand(job.priority >= kMinPriority && job.priority <= kMaxPriority, "a priority out of range");
    demand(job.arguments.size() <= kMaxArgumentsSize, "arguments that are too large");
    json::error_code error;
    const json::value parsed = json::parse(job.arguments, error);
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
