#include "config/order.hpp"
#include "config/read_definition.hpp"
#include "config/values.hpp"

#include <algorithm>
#include <array>
#include <filesystem>

namespace jobhost::config {
namespace {

constexpr std::array<std::string_view, 3> kItemFiles{".csv", ".jsonl", ".ndjson"};

template <class T>
void append(std::vector<T>& to, std::vector<T>&& from) {
    std::ranges::move(from, std::back_inserter(to));
}

class BatchReader {
public:
    BatchReader(Reader& reader, const Value& key, const Value& value, const Surroundings& around)
        : reader_(reader), key_(key), value_(value), around_(around) {
        inside_.section = Section::members;
        inside_.has_items = around.has_items || has_key("for_each");
    }

    ReadDefinition read() {
        read_.placed.where = reader_.position(*key_.node);
        read_.placed.path = value_.path;
        definition().name = key_.node->text;
        definition().batch.emplace();
        Keys keys;
        keys.on("for_each", [&](const Value& v) { read_for_each(v); });
        keys.on("jobs", [&](const Value& v) { read_members(v, read_job); });
        keys.on("batches", [&](const Value& v) { read_members(v, read_batch); });
        keys.on("then", [&](const Value& v) { read_then(v); });
        keys.on("after", [&](const Value& v) { read_after(reader_, v, definition().after, read_.after); });
        if (around_.section == Section::jobs)
            keys.on("schedule", [&](const Value& v) {
                read_schedule(reader_, schedule_ = v,
                              {definition().name, around_.calendars, around_.copied_days},
                              definition().schedule);
            });
        else
            keys.on_stray("schedule", [&](const Value& v) {
                reader_.refuse(v, "belongs to the outermost batch", "a batch is handed in as a whole");
            });
        reader_.read_mapping(value_, keys);
        check();
        return std::move(read_);
    }

private:
    Definition& definition() { return read_.placed.definition; }
    BatchDefinition& batch() { return *definition().batch; }

    bool has_key(std::string_view name) const {
        return std::ranges::any_of(value_.node->entries,
                                   [&](const Node::Entry& entry) { return entry.key->text == name; });
    }

    void read_for_each(const Value& value) {
        if (value.node->kind == Node::Kind::sequence) {
            std::vector<std::string> items;
            read_items(reader_, value, items);
            if (value.node->items.empty()) reader_.refuse(value, "must hold an item");
            batch().for_each = std::move(items);
            return;
        }
        bool has_file = false;
        Keys keys;
        keys.on("file", [&](const Value& v) {
            has_file = true;
            read_file(v);
        });
        reader_.read_mapping(value, keys);
        if (!has_file)
            reader_.refuse(value, "must be a list, or name a file", "write it like {file: customers.csv}");
    }

    void read_file(const Value& value) {
        const auto path = reader_.text(value);
        if (!path) return;
        const std::string kind = std::filesystem::path(*path).extension().string();
        if (std::ranges::find(kItemFiles, kind) == kItemFiles.end())
            return reader_.refuse(value, "must end in .csv, .jsonl or .ndjson, is " + in_quotes(*path));
        batch().for_each = ItemFile{*path};
        read_.mentions.item_files.push_back(reader_.placed(value, *path));
    }

    template <class Read>
    void read_members(const Value& section, Read read_one) {
        reader_.read_entries(section, [&](const Value& key, const Value& value) {
            const auto name = reader_.name(key);
            ReadDefinition member = read_one(reader_, key, value, inside_);
            take_mentions(member);
            if (!name) return;
            if (std::ranges::find(batch().members, *name, &Definition::name) != batch().members.end())
                reader_.refuse(key, "is already a member of this batch", "give one of them another name");
            batch().members.push_back(std::move(member.placed.definition));
            after_.push_back(std::move(member.after));
        });
    }

    void read_then(const Value& section) {
        Surroundings beside = around_;
        beside.section = Section::then;
        reader_.read_entries(section, [&](const Value& key, const Value& value) {
            const auto name = reader_.name(key);
            ReadDefinition then = read_job(reader_, key, value, beside);
            take_mentions(then);
            if (name) batch().then.push_back(std::move(then.placed.definition));
        });
    }

    void take_mentions(ReadDefinition& inner) {
        append(read_.placed.types, std::move(inner.placed.types));
        append(read_.mentions.queues, std::move(inner.mentions.queues));
        append(read_.mentions.limits, std::move(inner.mentions.limits));
        append(read_.mentions.item_files, std::move(inner.mentions.item_files));
    }

    void check() {
        const auto is_empty = [&](std::string_view section) {
            return std::ranges::none_of(value_.node->entries, [&](const Node::Entry& entry) {
                return entry.key->text == section && !entry.value->entries.empty();
            });
        };
        if (value_.node->kind == Node::Kind::mapping && is_empty("jobs") && is_empty("batches"))
            reader_.refuse({key_.node, value_.path}, "has no jobs", "name them under 'jobs'");
        if (schedule_.node && !definition().after.names.empty())
            reader_.refuse(schedule_, "cannot stand beside 'after'",
                           "it is handed in whenever what it waits for is");
        if (definition().schedule && definition().schedule->overlap >= Overlap::queue)
            reader_.refuse(schedule_, "has an 'overlap' that only jobs can have",
                           "a batch may have 'allow' or 'skip'");
        std::vector<Waiting> members;
        for (std::size_t i = 0; i < after_.size(); ++i)
            members.push_back({batch().members[i].name, &after_[i]});
        check_order(reader_, members);
    }

    Reader& reader_;
    const Value key_;
    const Value value_;
    const Surroundings around_;
    Surroundings inside_{around_};
    ReadDefinition read_;
    std::vector<std::vector<PlacedText>> after_;  // of the members
    Value schedule_;
};

}  // namespace

ReadDefinition read_batch(Reader& reader, const Value& key, const Value& value, const Surroundings& around) {
    return BatchReader(reader, key, value, around).read();
}

}  // namespace jobhost::config
