// What a job is made for each of: a list, or the lines of a file.
#pragma once

#include <boost/json.hpp>

#include <filesystem>
#include <istream>
#include <vector>

namespace jobhost::host {

// One object for each record, by the names in the first one; all values are texts. As in RFC 4180: fields in
// quotes may hold commas, line ends and doubled quotes. Throws std::invalid_argument, with the line, for a
// record with another number of fields, and for a head that is empty or names something twice.
std::vector<boost::json::value> csv_items(std::istream& input);
// One value for each line that is not empty. Throws std::invalid_argument, with the line.
std::vector<boost::json::value> json_line_items(std::istream& input);
// By the end of its name: .csv, .jsonl or .ndjson. Throws std::invalid_argument, naming the file.
std::vector<boost::json::value> items_of(const std::filesystem::path& file);

}  // namespace jobhost::host
