#include "tests/storage/conformance/history/history.hpp"

#include <random>

namespace jobhost::storage::history {

namespace {

struct Weight {
    Deed deed;
    int weight;
};

// Mostly the daily work; ends and rarities now and then.
constexpr Weight kWeights[] = {
    {Deed::insert, 12},
    {Deed::insert_again, 2},
    {Deed::claim, 14},
    {Deed::settle, 14},
    {Deed::settle_again, 3},
    {Deed::settle_late, 3},
    {Deed::give_back_unheld, 2},
    {Deed::promote, 7},
    {Deed::append_log, 4},
    {Deed::pass_time, 8},
    {Deed::enter, 2},
    {Deed::enter_again, 1},
    {Deed::leave, 1},
    {Deed::beat, 2},
    {Deed::declare_dead, 3},
    {Deed::recover, 4},
    {Deed::purge, 2},
    {Deed::purge_by_count, 1},
    {Deed::purge_servers, 1},
    {Deed::keep_counters, 2},
    {Deed::apply, 2},
    {Deed::fire, 4},
    {Deed::fire_again, 1},
    {Deed::look, 4},
};

Deed random_deed(std::mt19937_64& random) {
    int sum = 0;
    for (const Weight& weight : kWeights)
        sum += weight.weight;
    int left = static_cast<int>(random() % static_cast<std::uint64_t>(sum));
    for (const Weight& weight : kWeights)
        if ((left -= weight.weight) < 0) return weight.deed;
    return Deed::look;
}

}  // namespace

History random_history(std::uint64_t seed, std::size_t length) {
    std::mt19937_64 random{seed};
    History history(length);
    for (Step& step : history) {
        step.deed = random_deed(random);
        for (std::uint32_t& choice : step.choices)
            choice = static_cast<std::uint32_t>(random());
    }
    return history;
}

}  // namespace jobhost::storage::history
