#include "host/requests/submission_request.hpp"

#include "host/requests/batch_request.hpp"
#include "host/requests/json_member.hpp"
#include "host/requests/request_json.hpp"

#include <boost/json.hpp>

#include <string>

namespace jobhost::host {

namespace {

namespace json = boost::json;

// A job has a type, and may lie in a batch.
const json::value* batch_in(const json::value& request) {
    const json::object* object = request.if_object();
    if (object == nullptr || object->contains("type")) return nullptr;
    const json::value* batch = object->if_contains("batch");
    if (batch != nullptr && object->size() > 1) throw BadRequest{"beside 'batch' nothing is known"};
    return batch;
}

[[noreturn]] void refuse_more_than(std::size_t most) {
    throw BadRequest{"at most " + std::to_string(most) + " jobs and batches can be handed in at once"};
}

void add(Submission& all, Submission made, std::size_t most) {
    all.append(std::move(made));
    if (all.count() > most) refuse_more_than(most);
}

// What is wrong is told with the number of the item.
template <class Each>
void for_each_item(std::size_t count, Each each) {
    for (std::size_t i = 0; i < count; ++i) {
        try {
            each(i);
        } catch (const BadRequest& error) {
            throw error.in("job " + std::to_string(i + 1));
        }
    }
}

}  // namespace

Submission submission(std::string_view text, JobMaker& maker, std::size_t most) {
    const json::value request = parsed_request(text);
    Submission all;
    if (const json::value* batch = batch_in(request)) {
        add(all, batch_submission(*batch, {}, maker), most);
    } else if (!request.is_array()) {
        add(all, maker.make(job_request(text)), most);
    } else {
        const std::vector<std::string_view> items = json_items(text);
        std::vector<JobRequest> requests;
        std::vector<std::int64_t> ids;
        for_each_item(items.size(), [&](std::size_t i) {
            if (i == most) refuse_more_than(most);
            const JobRequest& made = requests.emplace_back(job_request(items[i]));
            ids.insert(ids.end(), made.after.begin(), made.after.end());
            if (made.batch) ids.push_back(made.batch->value);
        });
        maker.look_up(ids);
        for_each_item(items.size(), [&](std::size_t i) { add(all, maker.make(requests[i]), most); });
    }
    if (all.jobs.empty()) throw BadRequest{"there is no job in it"};
    return all;
}

}  // namespace jobhost::host
