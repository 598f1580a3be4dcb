#include "storage/soci/tally.hpp"

#include <boost/json.hpp>

namespace jobhost::storage {

void Tally::write(Session& session, long long slot) const {
    boost::json::array rows;
    for (const auto& [place, change] : changes_)
        if (change != 0)
            rows.push_back(
                {{"lane", place.first.value}, {"state", static_cast<int>(place.second)}, {"change", change}});
    if (rows.empty()) return;
    session.execute("counter_add", {{"slot", slot}, {"rows", boost::json::serialize(rows)}});
}

}  // namespace jobhost::storage
