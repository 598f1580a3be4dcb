#include "config/values.hpp"
#include "host/command_line/job_json.hpp"
#include "host/command_line/opened.hpp"
#include "host/command_line/text.hpp"
#include "host/observe/printable.hpp"
#include "storage/model/time_text.hpp"

#include <algorithm>
#include <iostream>

namespace jobhost::host {

namespace {

// "at most 3 at once", "at most 100 in each 1m".
std::string rule_text(const Limit& limit) {
    const std::string most = std::to_string(limit.capacity);
    const std::string window = to_text(limit.window);
    switch (limit.kind) {
        case LimitKind::concurrent:
            return most + " at once";
        case LimitKind::fixed_window:
            return most + " in each " + window;
        case LimitKind::sliding_window:
            return most + " in any " + window;
        case LimitKind::bucket:
            return most + " at once, refilled over " + window;
    }
    return most;
}

void check(const Limit& limit) {
    if (!config::is_name(limit.name))
        throw CommandError{kWrongUse, "a limit's name must be 1 to 100 of A-Z a-z 0-9 _ . -, is " +
                                          config::in_quotes(limit.name)};
    if (limit.kind != LimitKind::concurrent && limit.window <= Duration::zero())
        throw CommandError{kWrongUse, "say --per, the time that the number is for, such as --per 1m"};
    if (limit.kind != LimitKind::concurrent &&
        (limit.window < kMinLimitWindow || limit.window > kMaxLimitWindow))
        throw CommandError{kWrongUse, "--per must be " + to_text(kMinLimitWindow) + " to " +
                                          to_text(kMaxLimitWindow) + ", is " + to_text(limit.window)};
    if (limit.kind == LimitKind::sliding_window && limit.capacity > kMaxSlidingCapacity)
        throw CommandError{kWrongUse, "a sliding window takes at most " +
                                          std::to_string(kMaxSlidingCapacity) +
                                          "; a bucket or a fixed window takes more"};
}

constexpr std::size_t kMostKeys = 1000;

CommandError no_limit(const std::string& name) {
    return {kFailed, "there is no limit " + config::in_quotes(name)};
}

void add_counts(std::vector<std::string>& row, const storage::SlotCounts& slots) {
    row.push_back(std::to_string(slots.taken));
    row.push_back(std::to_string(slots.parked));
    row.push_back(slots.opens_at ? short_text(*slots.opens_at) : "-");
}

}  // namespace

int limits_list(const GlobalOptions& global) {
    const auto opened = open(global);
    const auto limits = opened->storage->limits().list();
    if (global.json) {
        std::cout << array_of(limits) << '\n';
        return kDone;
    }
    std::vector<std::vector<std::string>> rows{
        {"LIMIT", "FOR EACH KEY", "KEYS", "TAKEN", "PARKED", "NEXT SLOT (UTC)"}};
    for (const storage::LimitUsage& usage : limits) {
        rows.push_back({usage.limit.name, rule_text(usage.limit), std::to_string(usage.keys)});
        add_counts(rows.back(), usage.slots);
    }
    if (limits.empty())
        std::cout << "there are no limits; make one with: jobhost limits set NAME --concurrent 1\n";
    else
        print_table(std::cout, rows);
    return kDone;
}

int limits_show(const GlobalOptions& global, const std::string& name) {
    const auto opened = open(global);
    storage::LimitStore& store = opened->storage->limits();
    const auto limits = store.list();
    const auto found = std::find_if(limits.begin(), limits.end(),
                                    [&](const auto& usage) { return usage.limit.name == name; });
    if (found == limits.end()) throw no_limit(name);
    const auto keys = store.keys(name, kMostKeys);
    if (global.json) {
        boost::json::object shown = to_json(*found);
        shown["each_key"] = array_of(keys);
        std::cout << shown << '\n';
        return kDone;
    }
    std::cout << name << ": " << rule_text(found->limit) << " for each key\n";
    std::vector<std::vector<std::string>> rows{{"KEY", "TAKEN", "PARKED", "NEXT SLOT (UTC)"}};
    for (const storage::KeyUsage& usage : keys) {
        rows.push_back({usage.key.empty() ? "(none)" : printable(usage.key)});
        add_counts(rows.back(), usage.slots);
    }
    if (keys.empty())
        std::cout << "no slot is taken, and no job waits for one\n";
    else
        print_table(std::cout, rows);
    if (keys.size() < static_cast<std::size_t>(found->keys))
        std::cout << "and " << found->keys - static_cast<std::int64_t>(keys.size()) << " more keys\n";
    return kDone;
}

int limits_set(const GlobalOptions& global, const Limit& limit) {
    check(limit);
    const auto opened = open(global);
    opened->storage->limits().set({&limit, 1});
    std::cout << limit.name << ": " << rule_text(limit) << '\n';
    return kDone;
}

int limits_remove(const GlobalOptions& global, const std::string& name) {
    const auto opened = open(global);
    if (!opened->storage->limits().remove(name)) throw no_limit(name);
    std::cout << "removed " << name << '\n';
    return kDone;
}

}  // namespace jobhost::host
