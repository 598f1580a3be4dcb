#include "tests/storage/conformance/workflow_history/workflow_history.hpp"

#include <random>

namespace jobhost::storage::workflow_history {

namespace {

struct Weight {
    Deed deed;
    int weight;
};

constexpr Weight kWeights[] = {
    {Deed::submit_jobs, 14}, {Deed::submit_batch, 9}, {Deed::submit_again, 2}, {Deed::open_batch, 3},
    {Deed::cancel_batch, 1}, {Deed::claim, 16},       {Deed::end_runs, 20},    {Deed::end_and_claim, 12},
    {Deed::settle_again, 2}, {Deed::hand_in, 3},      {Deed::save, 2},         {Deed::crash, 2},
    {Deed::promote, 8},      {Deed::pass_time, 7},    {Deed::operate, 8},      {Deed::command, 2},
    {Deed::pause, 3},        {Deed::set_limits, 4},   {Deed::purge, 2},        {Deed::look, 3},
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

}  // namespace jobhost::storage::workflow_history
