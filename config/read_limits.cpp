#include "config/read_settings.hpp"

#include <array>

namespace jobhost::config {
namespace {

struct KindKey {
    std::string_view name;
    LimitKind kind;
    std::int64_t most;
};
constexpr std::array<KindKey, 4> kKinds{{
    {"concurrent", LimitKind::concurrent, kMaxLimitCapacity},
    {"fixed_window", LimitKind::fixed_window, kMaxLimitCapacity},
    {"sliding_window", LimitKind::sliding_window, kMaxSlidingCapacity},
    {"bucket", LimitKind::bucket, kMaxLimitCapacity},
}};
constexpr std::string_view kExample = "write it like {concurrent: 3} or {fixed_window: 100, per: 1m}";

void read_limit(Reader& reader, const Value& value, Limit& limit) {
    Value kind;
    Value per;
    Keys keys;
    for (const KindKey& key : kKinds)
        keys.on(key.name, [&](const Value& v) {
            if (kind.node)
                return reader.refuse(v, "stands beside another kind of limit", "keep one of the two");
            kind = v;
            limit.kind = key.kind;
            if (const auto capacity = reader.whole_number(v, 1, static_cast<int>(key.most)))
                limit.capacity = *capacity;
        });
    keys.on("per", [&](const Value& v) {
        per = v;
        if (const auto window = reader.duration(v, kMinLimitWindow, kMaxLimitWindow)) limit.window = *window;
    });
    reader.read_mapping(value, keys);
    if (!kind.node) return reader.refuse(value, "does not say what it limits", std::string(kExample));
    if (limit.kind == LimitKind::concurrent && per.node)
        reader.refuse(per, "belongs to a number of runs in a time, not to 'concurrent'", "remove it");
    if (limit.kind != LimitKind::concurrent && !per.node)
        reader.refuse(value, "has no 'per'", "write the time in which so many runs may begin, like per: 1m");
}

}  // namespace

void read_limits(Reader& reader, const Value& value, std::vector<Limit>& limits) {
    reader.read_entries(value, [&](const Value& key, const Value& body) {
        Limit limit;
        read_limit(reader, body, limit);
        if (const auto name = reader.name(key)) {
            limit.name = *name;
            limits.push_back(std::move(limit));
        }
    });
}

}  // namespace jobhost::config
