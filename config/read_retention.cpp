#include "config/read_retention.hpp"

namespace jobhost::config {
namespace {

constexpr Duration kShortest = std::chrono::minutes{1};
constexpr Duration kLongest = std::chrono::days{3650};
constexpr int kMostJobs = 1'000'000;

}  // namespace

void read_retention(Reader& reader, const Value& value, Retention& retention) {
    Keys keys;
    const auto on_age = [&](std::string_view name, Duration& age) {
        keys.on(name, [&](const Value& v) {
            if (const auto read = reader.duration(v, kShortest, kLongest)) age = *read;
        });
    };
    on_age("succeeded", retention.succeeded);
    on_age("failed", retention.failed);
    on_age("deleted", retention.deleted);
    keys.on("count", [&](const Value& v) {
        if (const auto count = reader.whole_number(v, 1, kMostJobs)) retention.count = *count;
    });
    reader.read_mapping(value, keys);
}

}  // namespace jobhost::config
