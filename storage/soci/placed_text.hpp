// A statement as ODBC drivers want it: with a question mark for each parameter.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace jobhost::storage {

struct PlacedText {
    std::string text;
    std::vector<std::string> names;  // of the parameters, one for each question mark
};

// `statement` names its parameters, as `:name`, as often as it likes. What stands in quotes or in brackets is
// left alone.
PlacedText placed_text(std::string_view statement);

}  // namespace jobhost::storage
