#include "host/worker/arguments.hpp"

#include "host/worker/limits.hpp"

#include <boost/json/error.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace jobhost::worker {

namespace json = boost::json;

void Arguments::reset(std::string text) {
    text_ = std::move(text);
    is_parsed_ = false;
    document_.reset();
    serialized_.clear();
}

// REQUIRES: mutex_ is held.
bool Arguments::parse() {
    if (!is_parsed_) {
        is_parsed_ = true;
        json::parse_options options;
        options.max_depth = kMaxJsonDepth;
        json::error_code error;
        json::value document = json::parse(text_, error, {}, options);
        if (!error) document_ = std::move(document);
    }
    return document_.has_value();
}

Found Arguments::find(std::string_view pointer, const json::value*& value) {
    const std::lock_guard lock{mutex_};
    if (!parse()) return Found::bad_json;
    json::error_code error;
    const json::value* found = document_->find_pointer({pointer.data(), pointer.size()}, error);
    if (error == json::error::missing_slash || error == json::error::invalid_escape)
        return Found::bad_pointer;
    if (!found || found->is_null()) return Found::no;
    value = found;
    return Found::yes;
}

std::string_view Arguments::serialize(const json::value& value) {
    const std::lock_guard lock{mutex_};
    return serialized_.emplace_back(json::serialize(value));
}

}  // namespace jobhost::worker
