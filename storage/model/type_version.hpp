// A job type in one of the versions of its payload.
#pragma once

#include <compare>
#include <string>

namespace jobhost {

struct TypeVersion {
    std::string type;  // "report.render"
    int payload_version = 1;
    friend auto operator<=>(const TypeVersion&, const TypeVersion&) = default;
};

}  // namespace jobhost
