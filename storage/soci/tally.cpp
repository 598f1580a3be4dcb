#include "storage/soci/tally.hpp"

#include <boost/json.hpp>

namespace jobhost::storage {

std::string Tally::take() {
    boost::json::array rows;
    for (const auto& [place, change] : std::exchange(changes_, {}))
        if (change != 0)
            rows.push_back(
                {{"lane", place.first.value}, {"state", static_cast<int>(place.second)}, {"change", change}});
    return boost::json::serialize(rows);
}

void Tally::write(Session& session, long long slot) {
    const std::string rows = take();
    if (rows != "[]") session.execute("counter_add", {{"slot", slot}, {"rows", rows}});
}

}  // namespace jobhost::storage
