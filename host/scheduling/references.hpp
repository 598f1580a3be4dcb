// "${item.email}", "${date}", "${parent.result}": what a definition leaves open, filled in.
#pragma once

#include "storage/model/continuation.hpp"
#include "storage/model/time.hpp"

#include <boost/json.hpp>

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace jobhost::host {

// A reference without a value. The text names the reference, and no value.
struct UnresolvedReference : std::invalid_argument {
    using std::invalid_argument::invalid_argument;
};

// What references mean where a job is made: ${scheduled_at}, ${date} and ${item.*}.
struct KnownValues {
    TimePoint scheduled_at;
    std::string time_zone = "UTC";             // of ${date}
    const boost::json::value* item = nullptr;  // nothing: it is made for none
};

// Arguments of a job.
struct FilledIn {
    std::string arguments;
    // ${parent.result} is left in them, and with it the escape "$${": with_parent_results() finishes them.
    bool waits_for_parents = false;
};

// The arguments of a definition, a JSON object, with a value for each reference. A text that is one reference
// and nothing else becomes that value, whatever its type; in a longer text a value that is no text stands as
// JSON. ${args.to} is another argument, which does not refer to arguments itself. Throws UnresolvedReference,
// with the path to it.
FilledIn filled_in(const std::string& arguments, const KnownValues& values);

// A copy of `value` in which all texts, those that are names of members aside, are filled in in the same way.
// There are no arguments to refer to. Throws UnresolvedReference, with the path to it.
boost::json::value with_values(const boost::json::value& value, const KnownValues& values);

// A key of the job that has these arguments. Throws UnresolvedReference.
std::string filled_in_key(const std::string& key, const KnownValues& values, const FilledIn& arguments);

// Arguments that wait for parents, with the result of the only parent that is a job: ${parent.result},
// ${parent.result.rows}. Throws UnresolvedReference, with the path, if there is no such result.
std::string with_parent_results(const std::string& arguments, const std::vector<ParentEnd>& parents);

}  // namespace jobhost::host
