#include "host/requests/submission_request.hpp"

#include "host/requests/batch_request.hpp"
#include "host/requests/json_member.hpp"
#include "host/requests/repeated_key.hpp"
#include "host/worker/json_text.hpp"
#include "host/worker/limits.hpp"
#include "storage/text.hpp"

#include <boost/json.hpp>

#include <string>

namespace jobhost::host {

namespace {

namespace json = boost::json;

json::value parsed(std::string_view text) {
    if (!worker::is_json(text) || !storage::is_storable(text)) throw BadRequest{"it is not JSON in UTF-8"};
    refuse_repeated_keys(text);
    json::parse_options options;
    options.max_depth = worker::kMaxJsonDepth;
    return json::parse(text, {}, options);
}

// A job has a type, and may lie in a batch.
const json::value* batch_in(const json::value& request) {
    const json::object* object = request.if_object();
    if (object == nullptr || object->contains("type")) return nullptr;
    const json::value* batch = object->if_contains("batch");
    if (batch != nullptr && object->size() > 1) throw BadRequest{"beside 'batch' nothing is known"};
    return batch;
}

void add(Submission& all, Submission made, std::size_t most) {
    all.append(std::move(made));
    if (all.count() > most)
        throw BadRequest{"at most " + std::to_string(most) + " jobs and batches can be handed in at once"};
}

}  // namespace

Submission submission(std::string_view text, JobMaker& maker, std::size_t most) {
    const json::value request = parsed(text);
    Submission all;
    if (const json::value* batch = batch_in(request)) {
        add(all, batch_submission(*batch, {}, maker), most);
    } else if (!request.is_array()) {
        add(all, maker.make(job_request(text)), most);
    } else {
        std::size_t number = 0;
        for (const std::string_view item : json_items(text)) {
            ++number;
            try {
                add(all, maker.make(job_request(item)), most);
            } catch (const BadRequest& error) {
                throw BadRequest{"job " + std::to_string(number) + ": " + error.what()};
            }
        }
    }
    if (all.jobs.empty()) throw BadRequest{"there is no job in it"};
    return all;
}

}  // namespace jobhost::host
