// The tree of a definition file to definitions. Private to config.
#pragma once

#include "config/load.hpp"
#include "config/reader.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace jobhost::config {

// Names of what lies elsewhere, to be looked for when all is read.
struct Mentions {
    std::vector<PlacedText> queues;  // of each job; of one that names none, where the job stands
    std::vector<PlacedText> limits;
    std::vector<PlacedText> item_files;  // relative to the folder of the file
};

struct ReadDefinition {
    PlacedDefinition placed;
    Mentions mentions;
    std::vector<PlacedText> after;
};

// Leaves out definitions of which the name is wrong; of others, what is wrong keeps its default. What a
// definition does not say of its retention is taken from `retention`, the host file's.
std::vector<ReadDefinition> read_definitions(Reader& reader, const Node& root, const Retention& retention);

// Those of one file, by name.
using Calendars = std::map<std::string, Calendar>;
Calendars read_calendars(Reader& reader, const Value& value);

// Each schedule has its own copy of all days and ranges that it names. Of one file together at most so many.
struct CopiedDays {
    static constexpr std::size_t kMost = 1'000'000;
    std::size_t count = 0;
    bool are_too_many() const { return count > kMost; }
};

// What a definition stands in.
enum class Section {
    jobs,     // of a file: may have a schedule, and wait for other definitions
    members,  // the jobs and batches of a batch: may wait for each other
    then,     // of a batch: waits for that
};
struct Surroundings {
    const Retention& retention;
    const Calendars& calendars;
    CopiedDays& copied_days;
    Section section = Section::jobs;
    bool has_items = false;  // it is made for each item of a list
};

// A job, or a batch, by the mapping `value` of the name `key`.
ReadDefinition read_job(Reader& reader, const Value& key, const Value& value, const Surroundings& around);
ReadDefinition read_batch(Reader& reader, const Value& key, const Value& value, const Surroundings& around);

// Which references may stand in a text.
struct References {
    bool to_known = false;    // ${date}, ${scheduled_at}, ${args.*}
    bool to_items = false;    // ${item.*}
    bool to_parents = false;  // ${parent.result}
    bool are_kept = false;    // whatever they are: the text stands there as written
};
// Any value as JSON, with its references as they are written; nothing if there is an error.
std::optional<std::string> json_of(Reader& reader, const Value& value);

// The parts of a definition; each leaves its target alone when there is an error.
// Where ${parent.result} stands first goes to `parent_reference`.
void read_arguments(Reader& reader, const Value& value, References references, std::string& arguments,
                    std::optional<PlacedText>& parent_reference);
// A list; each item becomes JSON.
void read_items(Reader& reader, const Value& value, std::vector<std::string>& items);
struct ScheduleSurroundings {
    const std::string& definition;  // its name, which spreads what is written as `H`
    const Calendars& calendars;     // that may be named
    CopiedDays& copied_days;        // from these
};
void read_schedule(Reader& reader, const Value& value, const ScheduleSurroundings& around,
                   std::optional<Schedule>& schedule);
void read_retry(Reader& reader, const Value& value, RetryPolicy& retry);
void read_tags(Reader& reader, const Value& value, std::vector<std::string>& tags);
void read_unique(Reader& reader, const Value& value, References references, std::optional<Unique>& unique);
// The names go to `mentioned`, too.
void read_limit_uses(Reader& reader, const Value& value, References references, std::vector<LimitUse>& limits,
                     std::vector<PlacedText>& mentioned);
void read_after(Reader& reader, const Value& value, After& after, std::vector<PlacedText>& mentioned);
void read_condition(Reader& reader, const Value& value, Condition& condition);

// Refuses what `text` refers to and may not. Whether all is right.
bool check_references(Reader& reader, const Value& value, const std::string& text, References references);

}  // namespace jobhost::config
