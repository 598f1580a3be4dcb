#include "host/requests/batch_request.hpp"

#include "config/nearest_name.hpp"
#include "config/values.hpp"
#include "host/requests/known_keys.hpp"
#include "host/requests/order.hpp"
#include "host/requests/spellings.hpp"
#include "host/scheduling/items.hpp"
#include "host/scheduling/references.hpp"

#include <array>
#include <map>
#include <stdexcept>

namespace jobhost::host {

namespace json = boost::json;

namespace {

constexpr std::size_t kMostProblems = 20;  // told at once
constexpr std::size_t kMostInCircle = 10;  // likewise
constexpr std::array<std::string_view, 7> kBatchKeys{"name", "jobs",  "for_each", "batches",
                                                     "then", "after", "on"};
constexpr std::array<std::string_view, 2> kForEachKeys{"file", "items"};
constexpr std::array<std::string_view, 2> kAfterKeys{"jobs", "on"};

[[noreturn]] void refuse(const std::string& why) {
    throw BadRequest{why};
}

const json::object& object_of(const json::value& value, const char* what) {
    if (!value.is_object()) refuse(std::string{what} + " must be a mapping");
    return value.get_object();
}

// Jobs or batches, with the names that they have beside each other.
struct Entry {
    std::string name;  // empty: an item of a list without one
    std::string path;  // "jobs.mail", "jobs[2]"
    const json::object* object;

    // What it is found by.
    const std::string& key() const { return name.empty() ? path : name; }
};

std::vector<Entry> entries_at(const json::object& batch, const char* key) {
    std::vector<Entry> entries;
    const json::value* value = batch.if_contains(key);
    if (value == nullptr || value->is_null()) return entries;
    const auto object = [&](const std::string& path, const json::value& entry) {
        if (!entry.is_object()) refuse(path + ": must be a mapping");
        return &entry.get_object();
    };
    if (const json::object* named = value->if_object()) {
        for (const auto& [name, entry] : *named) {
            const std::string path = key + ("." + std::string{name});
            entries.push_back({name, path, object(path, entry)});
        }
    } else if (const json::array* list = value->if_array()) {
        for (std::size_t i = 0; i < list->size(); ++i) {
            const std::string path = key + ("[" + std::to_string(i) + "]");
            Entry entry{"", path, object(path, (*list)[i])};
            if (const json::value* name = entry.object->if_contains("name"); name && name->is_string())
                entry.name = name->get_string();
            entries.push_back(std::move(entry));
        }
    } else {
        refuse(std::string{key} + ": must be a mapping by names, or a list");
    }
    return entries;
}

// Names of what is waited for, and how it has to end.
struct After {
    std::vector<std::string> names;
    Condition on = Condition::succeeded;
};

Condition condition_of(const json::value& value) {
    const auto on = value.is_string() ? parse_condition(value.get_string()) : std::nullopt;
    if (!on) refuse("'on' must be succeeded, failed, finished or deleted");
    return *on;
}

After after_of(const json::object& entry) {
    After after;
    const json::value* value = entry.if_contains("after");
    const json::value* on = entry.if_contains("on");
    if (value && value->is_object()) {
        check_keys(value->get_object(), kAfterKeys);
        if (!on) on = value->get_object().if_contains("on");
        value = value->get_object().if_contains("jobs");
        if (!value) refuse("'after' must name jobs: {jobs: [...], on: finished}");
    }
    const auto add = [&](const json::value& name) {
        if (!name.is_string() && !name.is_int64()) refuse("'after' must name jobs or batches");
        after.names.push_back(name.is_string() ? std::string{name.get_string()}
                                               : std::to_string(name.get_int64()));
    };
    if (value && value->is_array())
        for (const json::value& name : value->get_array())
            add(name);
    else if (value)
        add(*value);
    if (!on) return after;
    if (after.names.empty()) refuse("'on' says how what it is 'after' has to end: name that, too");
    after.on = condition_of(*on);
    return after;
}

// Ids that `after` may name, wherever it stands; some of them may turn out to be names.
void add_ids(const json::value& named, std::vector<std::int64_t>& ids) {
    if (const json::array* list = named.if_array()) {
        for (const json::value& one : *list)
            add_ids(one, ids);
    } else if (const json::object* object = named.if_object()) {
        if (const json::value* jobs = object->if_contains("jobs")) add_ids(*jobs, ids);
    } else if (const json::string* text = named.if_string()) {
        if (const auto id = parse_id(*text)) ids.push_back(*id);
    } else if (named.is_int64()) {
        ids.push_back(named.get_int64());
    }
}
void add_awaited_ids(const json::value& batch, std::vector<std::int64_t>& ids) {
    if (const json::array* list = batch.if_array())
        for (const json::value& one : *list)
            add_awaited_ids(one, ids);
    const json::object* object = batch.if_object();
    if (object == nullptr) return;
    for (const auto& [key, value] : *object) {
        if (key == "after")
            add_ids(value, ids);
        else if (key != "args" && key != "for_each")
            add_awaited_ids(value, ids);
    }
}

using JobOrBatch = std::variant<JobId, BatchId>;

// What stands beside each other in one batch; a job that is made for each item is there once for each.
using Names = std::map<std::string, std::vector<JobOrBatch>, std::less<>>;

class BatchReader {
public:
    BatchReader(const std::filesystem::path& file, JobMaker& maker)
        : file_{file}, maker_{maker}, as_of_{maker.as_of()} {}

    Submission read(const json::value& root) {
        std::vector<std::int64_t> ids;
        add_awaited_ids(root, ids);
        maker_.look_up(ids);
        at("", [&] {
            read_batch(object_of(root, "a batch"), BatchId{next_id("the batch")}, std::nullopt, {}, "");
        });
        if (problem_count_ == 0) at("", [&] { put_in_order(); });
        if (problem_count_ == 0) return std::move(submission_);
        throw BadRequest{problems_ + "nothing was enqueued: " + std::to_string(problem_count_) +
                             (problem_count_ == 1 ? " thing is wrong" : " things are wrong"),
                         may_all_pass_};
    }

private:
    // Does it; what is wrong is noted, with the path to it.
    template <class Do>
    void at(const std::string& path, Do&& what) {
        const auto note = [&](const char* why, bool may_pass) {
            may_all_pass_ = may_all_pass_ && may_pass;
            if (++problem_count_ <= kMostProblems)
                problems_ += (file_.empty() ? "" : file_.string() + ": ") +
                             (path.empty() ? "" : path + ": ") + why + "\n";
        };
        try {
            what();
        } catch (const BadRequest& error) {
            note(error.what(), error.may_pass());
        } catch (const std::invalid_argument& error) {
            note(error.what(), false);
        }
    }

    std::int64_t next_id(std::string path) {
        paths_.push_back(std::move(path));
        return -static_cast<std::int64_t>(paths_.size());
    }

    // "jobs.a after jobs.b after jobs.a"
    void put_in_order() {
        std::vector<std::int64_t> circle = host::put_in_order(submission_);
        if (circle.empty()) return;
        const bool is_long = circle.size() > kMostInCircle;
        if (is_long) circle.resize(kMostInCircle);
        std::string way;
        for (const std::int64_t id : circle)
            way += path_of(id) + " after ";
        refuse("they wait for each other in a circle: " + way + (is_long ? "..." : path_of(circle.front())));
    }
    const std::string& path_of(std::int64_t id) const { return paths_[static_cast<std::size_t>(-1 - id)]; }

    // `parents` are those of the batch, `path` ends with a dot unless it is empty.
    void read_batch(const json::object& object, BatchId id, std::optional<BatchId> within,
                    std::vector<Parent> parents, const std::string& path) {
        check_keys(object, kBatchKeys);
        NewBatch batch{.id = id, .name = {}, .within = within, .parents = std::move(parents)};
        if (const json::value* name = object.if_contains("name")) {
            if (!name->is_string()) refuse("'name' must be a text");
            batch.name = name->get_string();
        }
        if (!within) batch.parents = parents_of(after_of(object), {}, {});
        submission_.batches.push_back(std::move(batch));

        const auto items = items_at(object);
        const std::vector<Entry> jobs = entries_at(object, "jobs");
        const std::vector<Entry> batches = entries_at(object, "batches");
        const std::size_t rounds = items ? items->size() : 1;
        if (jobs.size() * rounds + batches.size() == 0)
            refuse("the batch has no member: name some under 'jobs', or items under 'for_each'");

        Names names;
        for (const Entry& entry : batches)
            add_name(names, entry, BatchId{next_id(path + entry.path)});
        std::vector<Names> of_round(rounds);
        std::vector<JobId> ids;
        for (std::size_t round = 0; round < rounds; ++round)
            for (const Entry& entry : jobs) {
                const JobId job{next_id(path + entry.path + which(items, round))};
                ids.push_back(job);
                add_name(of_round[round], entry, job);
            }
        for (std::size_t round = 0; round < rounds; ++round)
            for (std::size_t i = 0; i < jobs.size(); ++i) {
                const json::value* item = items ? &(*items)[round] : nullptr;
                const JobId job = ids[round * jobs.size() + i];
                at(path_of(job.value), [&] { add_job(jobs[i], job, id, item, of_round[round], names); });
            }
        for (Names& round : of_round)
            for (auto& [name, ids_of_name] : round) {
                auto& all = names[name];
                all.insert(all.end(), ids_of_name.begin(), ids_of_name.end());
            }
        read_nested(batches, id, names, path);
        read_then(object, id, within, path);
    }

    void read_nested(const std::vector<Entry>& batches, BatchId within, const Names& names,
                     const std::string& path) {
        for (const Entry& entry : batches)
            at(path + entry.path, [&] {
                const BatchId id = std::get<BatchId>(names.at(entry.key()).front());
                json::object object = *entry.object;
                const After after = after_of(object);
                object.erase("after");
                object.erase("on");
                if (!object.contains("name")) object["name"] = entry.name;
                read_batch(object, id, within, parents_of(after, {}, names), path + entry.path + ".");
            });
    }

    // Of a nested batch they are members of the one around it, which does not end without them.
    void read_then(const json::object& object, BatchId batch, std::optional<BatchId> around,
                   const std::string& path) {
        for (const Entry& entry : entries_at(object, "then"))
            at(path + entry.path, [&] {
                if (entry.object->contains("after"))
                    refuse("'after' cannot go with 'then': it waits for the batch");
                NewJob job = new_job(entry, nullptr);
                job.id = JobId{next_id(path + entry.path)};
                job.batch = around;
                const json::value* on = entry.object->if_contains("on");
                job.parents = {{batch, on ? condition_of(*on) : Condition::succeeded}};
                submission_.jobs.push_back(std::move(job));
            });
    }

    void add_job(const Entry& entry, JobId id, BatchId batch, const json::value* item, const Names& round,
                 const Names& names) {
        NewJob job = new_job(entry, item);
        job.id = id;
        job.batch = batch;
        job.parents = parents_of(after_of(*entry.object), round, names);
        submission_.jobs.push_back(std::move(job));
    }

    NewJob new_job(const Entry& entry, const json::value* item) {
        json::object object = *entry.object;
        for (const char* key : {"name", "after", "on"})
            object.erase(key);
        if (object.contains("batch")) refuse("'batch' cannot be said here: it is a member of this one");
        const json::value filled = with_values(object, {.scheduled_at = as_of_, .item = item});
        Submission made = maker_.make(job_request(filled.as_object()));
        if (made.jobs.size() != 1 || !made.batches.empty())
            refuse("is a definition that is a batch, or that others wait for: it cannot be a member");
        return std::move(made.jobs.front());
    }

    std::vector<Parent> parents_of(const After& after, const Names& round, const Names& names) {
        std::vector<Parent> parents;
        for (const std::string& name : after.names) {
            const auto near = round.find(name);
            const auto far = names.find(name);
            if (near != round.end() || far != names.end()) {
                for (const JobOrBatch& id : near != round.end() ? near->second : far->second)
                    parents.push_back({id, after.on});
            } else if (const auto id = parse_id(name)) {
                parents.push_back(maker_.parent(*id, after.on));
            } else {
                refuse_unknown(name, round, names);
            }
        }
        if (parents.size() > kMaxParents)
            refuse("waits for " + std::to_string(parents.size()) + " others; at most " +
                   std::to_string(kMaxParents) + ": put them into a batch of their own, and wait for that");
        return parents;
    }

    [[noreturn]] static void refuse_unknown(const std::string& name, const Names& round, const Names& names) {
        std::vector<std::string_view> known;
        for (const Names* some : {&round, &names})
            for (const auto& one : *some)
                known.push_back(one.first);
        refuse("'after' names " + config::in_quotes(name) + ", which is not in this batch" +
               config::did_you_mean(name, known, "; "));
    }

    static void add_name(Names& names, const Entry& entry, JobOrBatch id) {
        std::vector<JobOrBatch>& ids = names[entry.key()];
        if (!ids.empty())
            refuse(entry.path + ": the name " + config::in_quotes(entry.name) + " stands there twice");
        ids.push_back(id);
    }

    using Items = std::optional<std::vector<json::value>>;

    // ", item 2"
    static std::string which(const Items& items, std::size_t round) {
        return items ? ", item " + std::to_string(round + 1) : "";
    }

    // Nothing: the jobs are made once.
    Items items_at(const json::object& batch) {
        const json::value* value = batch.if_contains("for_each");
        if (!value) return std::nullopt;
        if (const json::array* list = value->if_array())
            return std::vector<json::value>(list->begin(), list->end());
        const json::object& object = object_of(*value, "'for_each'");
        check_keys(object, kForEachKeys);
        const json::value* items = object.if_contains("items");
        if (items && items->is_array() && object.size() == 1)
            return std::vector<json::value>(items->get_array().begin(), items->get_array().end());
        const json::value* file = object.if_contains("file");
        if (!file || !file->is_string() || object.size() != 1)
            refuse("'for_each' must be a list, or name a file: {file: customers.csv}");
        if (file_.empty()) refuse("'for_each' must be a list here");
        return items_of(file_.parent_path() / std::string{file->get_string()});
    }

    const std::filesystem::path file_;
    JobMaker& maker_;
    const TimePoint as_of_;
    Submission submission_;
    std::vector<std::string> paths_;  // of batches and jobs; the first one has the id -1
    std::string problems_;
    std::size_t problem_count_ = 0;
    bool may_all_pass_ = true;
};

}  // namespace

Submission batch_submission(const json::value& batch, const std::filesystem::path& file, JobMaker& maker) {
    return BatchReader{file, maker}.read(batch);
}

}  // namespace jobhost::host
