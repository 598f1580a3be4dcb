#include "config/read_definition.hpp"

#include "config/read_retention.hpp"
#include "config/values.hpp"

namespace jobhost::config {
namespace {

using namespace std::chrono_literals;

constexpr Duration kShortest = 1ms;  // of a timeout

template <class T>
void set(T& target, std::optional<T> value) {
    if (value) target = *std::move(value);
}

class JobReader {
public:
    JobReader(Reader& reader, const Value& key, const Value& value, const Surroundings& around)
        : reader_(reader), key_(key), value_(value), around_(around) {}

    ReadDefinition read() {
        read_.placed.where = reader_.position(*key_.node);
        read_.placed.path = value_.path;
        definition().name = key_.node->text;
        definition().policy.retention = around_.retention;
        Keys keys;
        add_work(keys);
        add_runs(keys);
        add_ties(keys);
        reader_.read_mapping(value_, keys);
        check_type();
        check_queue();
        check_waits();
        return std::move(read_);
    }

private:
    Definition& definition() { return read_.placed.definition; }

    References known() const { return {.to_known = true, .to_items = around_.has_items}; }

    // What is to be done.
    void add_work(Keys& keys) {
        keys.on("type", [&](const Value& v) { read_type(v); });
        keys.on("args", [&](const Value& v) {
            References references = known();
            references.to_parents = around_.section != Section::then;
            read_arguments(reader_, v, references, definition().arguments, parent_reference_);
        });
        keys.on("tags", [&](const Value& v) { read_tags(reader_, v, definition().tags); });
    }

    // When, and how it is run.
    void add_runs(Keys& keys) {
        Policy& policy = definition().policy;
        keys.on("queue", [&](const Value& v) {
            if (const auto name = reader_.name(v)) {
                definition().queue = QueueName{*name};
                read_.mentions.queues.push_back(reader_.placed(v, *name));
            }
        });
        keys.on("priority",
                [&](const Value& v) { set(definition().priority, reader_.whole_number(v, -1000, 1000)); });
        keys.on("delay", [&](const Value& v) { set(definition().delay, reader_.duration(v, 0s)); });
        keys.on("expires_in", [&](const Value& v) {
            if (const auto length = reader_.duration(v, kShortest)) definition().expires_in = *length;
        });
        keys.on("retry", [&](const Value& v) { read_retry(reader_, v, policy.retry); });
        keys.on("timeout", [&](const Value& v) { policy.timeout = reader_.duration(v, kShortest); });
        keys.on("kill_after", [&](const Value& v) { set(policy.kill_after, reader_.duration(v, 0s)); });
        keys.on("retention", [&](const Value& v) { read_retention(reader_, v, policy.retention); });
    }

    void add_ties(Keys& keys) {
        keys.on("unique", [&](const Value& v) { read_unique(reader_, v, known(), definition().unique); });
        keys.on("limits", [&](const Value& v) {
            read_limit_uses(reader_, v, known(), definition().limits, read_.mentions.limits);
        });
        if (around_.section == Section::then) {
            keys.on("on", [&](const Value& v) { read_condition(reader_, v, definition().after.on); });
            refuse_stray(keys, "after", "waits for its batch", "say by 'on' how that has to end");
        } else {
            keys.on("after",
                    [&](const Value& v) { read_after(reader_, v, definition().after, read_.after); });
            refuse_stray(keys, "on", "belongs into 'after'", "write after: {jobs: [NAME], on: finished}");
        }
        if (around_.section == Section::jobs)
            keys.on("schedule", [&](const Value& v) {
                read_schedule(reader_, schedule_ = v,
                              {definition().name, around_.calendars, around_.copied_days},
                              definition().schedule);
            });
        else
            refuse_stray(keys, "schedule", "belongs to the batch", "a batch is handed in as a whole");
    }

    void refuse_stray(Keys& keys, std::string_view name, std::string problem, std::string hint) {
        keys.on_stray(name, [this, problem, hint](const Value& key) { reader_.refuse(key, problem, hint); });
    }

    void read_type(const Value& value) {
        has_type_ = true;
        const auto type = reader_.text(value);
        if (!type) return;
        if (is_job_type(*type)) {
            definition().type = *type;
            read_.placed.types.push_back(reader_.placed(value, *type));
        } else {
            reader_.refuse(value, "must be a job type, is " + in_quotes(*type),
                           "write plugin.type in small letters, digits and _, like mail.send");
        }
    }

    void check_type() {
        const bool can_have_type =
            value_.node->kind == Node::Kind::mapping || value_.node->kind == Node::Kind::null;
        if (!has_type_ && can_have_type)
            reader_.refuse({key_.node, value_.path}, "has no 'type'",
                           "name the job to run, like type: mail.send");
    }

    void check_queue() {
        if (read_.mentions.queues.empty())
            read_.mentions.queues.push_back(
                {definition().queue.value, read_.placed.where, read_.placed.path});
    }

    void check_waits() {
        const std::size_t parents = definition().after.names.size();
        if (schedule_.node && parents > 0)
            reader_.refuse(schedule_, "cannot stand beside 'after'",
                           "it is handed in whenever what it waits for is");
        if (parent_reference_ && parents != 1)
            reader_.refuse(*parent_reference_,
                           parents == 0 ? "refers to the job that it waits for, and waits for none"
                                        : "refers to the job that it waits for, and waits for several",
                           "name one job under 'after'");
    }

    Reader& reader_;
    const Value key_;
    const Value value_;
    const Surroundings around_;
    ReadDefinition read_;
    bool has_type_ = false;
    Value schedule_;
    std::optional<PlacedText> parent_reference_;
};

}  // namespace

ReadDefinition read_job(Reader& reader, const Value& key, const Value& value, const Surroundings& around) {
    return JobReader(reader, key, value, around).read();
}

std::vector<ReadDefinition> read_definitions(Reader& reader, const Node& root, const Retention& retention) {
    std::vector<ReadDefinition> definitions;
    Calendars calendars;
    CopiedDays copied_days;
    const Surroundings around{.retention = retention, .calendars = calendars, .copied_days = copied_days};
    const auto read_all = [&](const Value& section, auto read_one) {
        reader.read_entries(section, [&](const Value& key, const Value& value) {
            const auto name = reader.name(key);
            ReadDefinition read = read_one(reader, key, value, around);
            if (name) definitions.push_back(std::move(read));
        });
    };
    Keys keys;
    keys.on("jobs", [&](const Value& section) { read_all(section, read_job); });
    keys.on("batches", [&](const Value& section) { read_all(section, read_batch); });
    keys.on("calendars", [](const Value&) {});  // read before the others, wherever it stands
    for (const Node::Entry& entry : root.entries)
        if (entry.key->text == "calendars" && entry.value->kind != Node::Kind::null)
            calendars = read_calendars(reader, {entry.value, "calendars"});
    reader.read_mapping({&root, ""}, keys);
    return definitions;
}

}  // namespace jobhost::config
