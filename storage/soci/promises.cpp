#include "storage/soci/promises.hpp"

#include "storage/soci/id_list.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace jobhost::storage {

void Promises::make(JobId job, const std::string& key) {
    jobs_[job].now.insert(key);
}

void Promises::read(JobId job, const std::string& key) {
    Keys& keys = jobs_[job];
    if (keys.stored.insert(key).second) keys.now.insert(key);
}

void Promises::read_of(Session& session, const std::vector<JobId>& jobs) {
    for (const auto& [job, key] :
         session.rows<long long, std::string>("limit_promise_of", {{"ids", id_list(jobs)}}))
        read(JobId{job}, key);
}

bool Promises::has(JobId job, const std::string& key) const {
    const auto found = jobs_.find(job);
    return found != jobs_.end() && found->second.now.contains(key);
}

std::set<std::string> Promises::keys_of(JobId job) const {
    const auto found = jobs_.find(job);
    return found != jobs_.end() ? found->second.now : std::set<std::string>{};
}

void Promises::take_back(JobId job, const std::string& key) {
    jobs_[job].now.erase(key);
}

void Promises::take_back_all(JobId job) {
    jobs_[job].now.clear();
}

void Promises::write(Session& session) const {
    std::vector<JobId> changed;
    boost::json::array rows;
    for (const auto& [job, keys] : jobs_) {
        const bool is_less = !std::ranges::includes(keys.now, keys.stored);
        if (is_less) changed.push_back(job);
        for (const std::string& key : keys.now)
            if (is_less || !keys.stored.contains(key))
                rows.push_back({{"job", job.value}, {"limit_key", key}});
    }
    if (!changed.empty()) session.execute("limit_promise_delete", {{"ids", id_list(changed)}});
    if (!rows.empty()) session.execute("limit_promise_insert", {{"rows", boost::json::serialize(rows)}});
}

}  // namespace jobhost::storage
