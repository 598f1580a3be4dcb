// What binds a definition to others: what it waits for, and what it is kept apart by.
#include "config/read_definition.hpp"
#include "config/values.hpp"
#include "storage/model/job.hpp"

#include <algorithm>

namespace jobhost::config {
namespace {

constexpr std::size_t kMaxTagSize = 100;       // bytes
constexpr std::size_t kMaxLimitUseSize = 199;  // bytes, of a limit's name and its key together

class UniqueReader {
public:
    UniqueReader(Reader& reader, References references) : reader_(reader), references_(references) {}

    std::optional<Unique> read(const Value& value) {
        if (value.node->kind == Node::Kind::mapping) {
            read_mapping(value);
        } else {
            read_key(value);
        }
        return is_right_ ? std::optional{std::move(unique_)} : std::nullopt;
    }

private:
    void read_key(const Value& value) {
        const auto key = reader_.text_with_references(value);
        if (!key || !check_references(reader_, value, *key, references_)) {
            is_right_ = false;
        } else if (key->empty() || key->size() > kMaxKeySize) {
            refuse(value, "must be 1 to " + std::to_string(kMaxKeySize) + " bytes", "");
        } else {
            unique_.key = *key;
        }
    }

    void read_mapping(const Value& value) {
        Value key;
        Value window;
        Keys keys;
        keys.on("key", [&](const Value& v) { read_key(key = v); });
        keys.on("while", [&](const Value& v) {
            if (const auto held = choice(v, kHeldWhileNames)) unique_.held = static_cast<HeldWhile>(*held);
        });
        keys.on("window", [&](const Value& v) {
            window = v;
            const auto length = reader_.duration(v, kMinUniqueWindow);
            if (length) unique_.window = *length;
            is_right_ = is_right_ && length;
        });
        keys.on("on_conflict", [&](const Value& v) {
            if (const auto what = choice(v, kOnConflictNames))
                unique_.on_conflict = static_cast<OnConflict>(*what);
        });
        reader_.read_mapping(value, keys);
        if (!key.node)
            refuse(value, "has no 'key'", "write what may be there once, like key: \"${args.id}\"");
        if (unique_.held == HeldWhile::window && !window.node)
            refuse(value, "has no 'window'", "write how long the key is held, like window: 1h");
        if (unique_.held != HeldWhile::window && window.node)
            refuse(window, "belongs to 'while: window'", "add that, or remove this");
    }

    std::optional<std::size_t> choice(const Value& value, std::span<const std::string_view> words) {
        const auto chosen = reader_.choice(value, words);
        is_right_ = is_right_ && chosen;
        return chosen;
    }

    void refuse(const Value& at, std::string problem, std::string hint) {
        is_right_ = false;
        reader_.refuse(at, std::move(problem), std::move(hint));
    }

    Reader& reader_;
    const References references_;
    Unique unique_;
    bool is_right_ = true;
};

// Nothing: there is an error.
std::optional<LimitUse> read_limit_use(Reader& reader, const Value& value, References references,
                                       std::vector<PlacedText>& mentioned) {
    LimitUse use;
    const auto read_name = [&](const Value& at) {
        if (const auto name = reader.name(at)) {
            use.limit = *name;
            mentioned.push_back(reader.placed(at, *name));
        }
    };
    if (value.node->kind != Node::Kind::mapping) {
        read_name(value);
    } else {
        bool has_name = false;
        Keys keys;
        keys.on("limit", [&](const Value& v) {
            has_name = true;
            read_name(v);
        });
        keys.on("key", [&](const Value& v) {
            const auto key = reader.text_with_references(v);
            if (key && check_references(reader, v, *key, references)) use.key = *key;
        });
        reader.read_mapping(value, keys);
        if (!has_name) reader.refuse(value, "has no 'limit'", "name one of the host file's limits");
    }
    if (use.limit.empty()) return std::nullopt;
    if (use.limit.size() + use.key.size() <= kMaxLimitUseSize) return use;
    reader.refuse(value,
                  "must be at most " + std::to_string(kMaxLimitUseSize) + " bytes, name and key together");
    return std::nullopt;
}

}  // namespace

void read_tags(Reader& reader, const Value& value, std::vector<std::string>& tags) {
    reader.read_list(value, [&](const Value& item) {
        const auto tag = reader.text(item);
        if (!tag) return;
        if (tag->empty() || tag->size() > kMaxTagSize || has_control_character(*tag)) {
            reader.refuse(item, "must be 1 to " + std::to_string(kMaxTagSize) +
                                    " bytes without line breaks and other control characters");
        } else if (std::ranges::find(tags, *tag) != tags.end()) {
            reader.refuse(item, "is there twice");
        } else {
            tags.push_back(*tag);
        }
    });
    if (tags.size() > kMaxTags)
        reader.refuse(value, "must be at most " + std::to_string(kMaxTags) + " tags, are " +
                                 std::to_string(tags.size()));
}

void read_unique(Reader& reader, const Value& value, References references, std::optional<Unique>& unique) {
    if (auto read = UniqueReader(reader, references).read(value)) unique = std::move(read);
}

void read_limit_uses(Reader& reader, const Value& value, References references, std::vector<LimitUse>& limits,
                     std::vector<PlacedText>& mentioned) {
    reader.read_list(value, [&](const Value& item) {
        auto use = read_limit_use(reader, item, references, mentioned);
        if (!use) return;
        if (std::ranges::find(limits, *use) != limits.end()) return reader.refuse(item, "is there twice");
        limits.push_back(*std::move(use));
    });
    if (limits.size() > kMaxLimitsOfJob)
        reader.refuse(value, "must be at most " + std::to_string(kMaxLimitsOfJob) + " limits, are " +
                                 std::to_string(limits.size()));
}

void read_after(Reader& reader, const Value& value, After& after, std::vector<PlacedText>& mentioned) {
    const auto read_name = [&](const Value& at) {
        const auto name = reader.name(at);
        if (!name) return;
        if (std::ranges::find(after.names, *name) != after.names.end())
            return reader.refuse(at, "is there twice");
        after.names.push_back(*name);
        mentioned.push_back(reader.placed(at, *name));
    };
    const auto read_names = [&](const Value& at) {
        if (at.node->kind != Node::Kind::sequence) return read_name(at);
        if (at.node->items.empty())
            reader.refuse(at, "must name a job or a batch", "remove the key if there is none");
        reader.read_list(at, read_name);
        if (after.names.size() > kMaxParents)
            reader.refuse(at, "must be at most " + std::to_string(kMaxParents) + " names",
                          "put those jobs into a batch, and wait for that");
    };
    if (value.node->kind != Node::Kind::mapping) return read_names(value);
    bool has_jobs = false;
    Keys keys;
    keys.on("jobs", [&](const Value& v) {
        has_jobs = true;
        read_names(v);
    });
    keys.on("on", [&](const Value& v) { read_condition(reader, v, after.on); });
    reader.read_mapping(value, keys);
    if (!has_jobs) reader.refuse(value, "has no 'jobs'", "name what it waits for");
}

void read_condition(Reader& reader, const Value& value, Condition& condition) {
    if (const auto chosen = reader.choice(value, kConditionNames))
        condition = static_cast<Condition>(*chosen);
}

}  // namespace jobhost::config
