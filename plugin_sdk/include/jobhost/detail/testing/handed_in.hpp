// What a job hands in, as far as it can be judged without the host's database.
#pragma once

#include <jobhost/detail/testing/json_reader.hpp>
#include <jobhost/json_text.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <initializer_list>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace jobhost::testing {

// A job or a batch that a job has handed in.
struct Enqueued {
    std::string type;       // a job type or a definition; empty: a batch
    std::string arguments;  // JSON, as it was handed in; empty: none
    std::string json;       // all of it
};

}  // namespace jobhost::testing

namespace jobhost::detail {

inline constexpr std::size_t kMostHandedIn = 1000;  // jobs and batches of one call

// The same text for values that say the same: white space, the order of members and the way in which letters
// and numbers are written do not count.
inline std::string canonical(const Json& value) {
    std::string text;
    if (const auto* object = value.as<Json::Object>()) {
        std::vector<const Json::Member*> members;
        for (const Json::Member& member : *object)
            members.push_back(&member);
        std::sort(members.begin(), members.end(), [](auto* a, auto* b) { return a->name < b->name; });
        for (const Json::Member* member : members)
            text += json_text(member->name) + ":" + canonical(member->value) + ",";
        return "{" + text + "}";
    }
    if (const auto* list = value.as<Json::List>()) {
        for (const Json& element : *list)
            text += canonical(element) + ",";
        return "[" + text + "]";
    }
    if (const auto* plain = value.as<std::string>()) return json_text(*plain);
    const auto number = value.number();
    if (!number) return std::string(value.source);
    char digits[64];
    return {digits, std::to_chars(digits, digits + sizeof digits, *number).ptr};
}

// Reads and judges one call. Every function throws std::invalid_argument for what the host would refuse.
class HandedIn {
public:
    explicit HandedIn(const Json& request) {
        if (const Json* batch = batch_in(request)) {
            add_batch(*batch);
            items_.push_back({{}, {}, std::string(request.source)});
        } else if (const auto* list = request.as<Json::List>()) {
            for (const Json& job : *list)
                add_job(job);
        } else {
            add_job(request);
        }
        if (jobs_ == 0) throw std::invalid_argument("there is no job in it");
        if (jobs_ + batches_ > kMostHandedIn)
            throw std::invalid_argument("at most " + std::to_string(kMostHandedIn) +
                                        " jobs and batches can be handed in at once");
    }

    const std::vector<testing::Enqueued>& items() const noexcept { return items_; }
    std::size_t batches() const noexcept { return batches_; }
    std::size_t jobs() const noexcept { return jobs_; }

private:
    using Keys = std::span<const std::string_view>;
    static constexpr std::array<std::string_view, 14> kJobKeys{
        "type",  "args", "queue", "priority", "in",   "at",     "expires_in",
        "after", "on",   "delay", "unique",   "tags", "limits", "batch"};
    static constexpr std::array<std::string_view, 7> kBatchKeys{"name", "jobs",  "for_each", "batches",
                                                                "then", "after", "on"};

    // A job has a type, and may lie in a batch.
    static const Json* batch_in(const Json& request) {
        const Json* batch = request.member("batch");
        if (!batch || request.member("type")) return nullptr;
        if (request.as<Json::Object>()->size() > 1)
            throw std::invalid_argument("beside 'batch' nothing is known");
        return batch;
    }

    static void check_keys(const Json& object, Keys known) {
        const auto* members = object.as<Json::Object>();
        if (!members)
            throw std::invalid_argument("it must be a JSON object, such as {\"type\": \"mail.send\"}");
        for (const Json::Member& member : *members)
            if (std::find(known.begin(), known.end(), member.name) == known.end())
                throw std::invalid_argument("'" + member.name + "' is not known here");
    }

    static void check_job(const Json& job) {
        const Json* type = job.member("type");
        if (!type) throw std::invalid_argument("'type' is missing");
        if (!type->as<std::string>()) throw std::invalid_argument("'type' must be a text");
        const Json* arguments = job.member("args");
        if (arguments && !arguments->as<Json::Object>())
            throw std::invalid_argument("the arguments must be a JSON object");
        if (job.member("in") && job.member("at"))
            throw std::invalid_argument("say when either by 'in' or by 'at', not by both");
    }

    void add_job(const Json& job) {
        check_keys(job, kJobKeys);
        check_job(job);
        const Json* arguments = job.member("args");
        items_.push_back({*job.member("type")->as<std::string>(),
                          std::string(arguments ? arguments->source : std::string_view()),
                          std::string(job.source)});
        ++jobs_;
    }

    // Calls `each` with what stands under `key`, by names or in a list.
    template <class Each>
    static void for_each_entry(const Json& batch, const char* key, Each each) {
        const Json* entries = batch.member(key);
        if (!entries || entries->is_null()) return;
        if (const auto* named = entries->as<Json::Object>())
            for (const Json::Member& member : *named)
                each(member.value);
        else if (const auto* list = entries->as<Json::List>())
            for (const Json& entry : *list)
                each(entry);
        else
            throw std::invalid_argument(std::string(key) + ": must be a mapping by names, or a list");
    }

    void add_batch(const Json& batch) {
        check_keys(batch, kBatchKeys);
        ++batches_;
        const std::size_t before = jobs_ + batches_;
        const std::size_t rounds = items_of(batch);
        for_each_entry(batch, "jobs", [&](const Json& job) { add_member(job, rounds); });
        for_each_entry(batch, "batches", [&](const Json& nested) { add_batch(nested); });
        if (jobs_ + batches_ == before)
            throw std::invalid_argument(
                "the batch has no member: name some under 'jobs', or items under 'for_each'");
        for_each_entry(batch, "then", [&](const Json& job) { add_member(job, 1); });
    }

    void add_member(const Json& job, std::size_t rounds) {
        if (job.member("batch"))
            throw std::invalid_argument("'batch' cannot be said here: it is a member of this one");
        std::vector<std::string_view> known(kJobKeys.begin(), kJobKeys.end());
        known.push_back("name");
        check_keys(job, known);
        check_job(job);
        jobs_ += rounds;
    }

    // How often the jobs of a batch are made.
    static std::size_t items_of(const Json& batch) {
        const Json* items = batch.member("for_each");
        if (!items) return 1;
        if (const Json* list = items->member("items")) items = list;
        const auto* list = items->as<Json::List>();
        if (!list) throw std::invalid_argument("'for_each' must be a list here");
        return list->size();
    }

    std::vector<testing::Enqueued> items_;
    std::size_t batches_ = 0;
    std::size_t jobs_ = 0;
};

}  // namespace jobhost::detail
