#include "tests/storage/conformance/history/history.hpp"

#include "tests/storage/conformance/history/random_steps.hpp"

namespace jobhost::storage::history {

namespace {

// Mostly the daily work; ends and rarities now and then.
constexpr Weight<Deed> kWeights[] = {
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

}  // namespace

History random_history(std::uint64_t seed, std::size_t length) {
    return random_steps<Step>(seed, length, kWeights);
}

}  // namespace jobhost::storage::history
