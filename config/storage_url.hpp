// Whether a storage URL can be one at all. Private to config.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace jobhost::config {

struct UrlProblem {
    std::string problem;  // neither this nor the hint shows any of the URL: it may hold a password
    std::string hint;
};

// What is evidently wrong with `url`; nothing: the database may be asked. What only the database can know,
// such as whether a host is there, is not looked at.
std::optional<UrlProblem> problem_of_url(std::string_view url);

}  // namespace jobhost::config
