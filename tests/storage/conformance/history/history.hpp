// A random history: deeds in a row, each with numbers that say how it is done. What a number means depends on
// what is there when its turn comes ("the third of the runs that go on"), so that any steps may be taken out
// of a history and the rest still makes sense.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace jobhost::storage::history {

enum class Deed {
    insert,
    insert_again,
    claim,
    settle,
    settle_again,
    settle_late,
    give_back_unheld,
    promote,
    append_log,
    pass_time,
    enter,
    enter_again,
    leave,
    beat,
    declare_dead,
    recover,
    purge,
    purge_by_count,
    purge_servers,
    keep_counters,
    apply,
    fire,
    fire_again,
    look,
};

struct Step {
    Deed deed = Deed::look;
    std::array<std::uint32_t, 12> choices{};
    friend bool operator==(const Step&, const Step&) = default;
};

using History = std::vector<Step>;

// The same seed always yields the same history.
History random_history(std::uint64_t seed, std::size_t length);

}  // namespace jobhost::storage::history
