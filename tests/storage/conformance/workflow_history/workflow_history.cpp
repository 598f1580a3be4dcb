#include "tests/storage/conformance/workflow_history/workflow_history.hpp"

#include "tests/storage/conformance/history/random_steps.hpp"

namespace jobhost::storage::workflow_history {

namespace {

constexpr history::Weight<Deed> kWeights[] = {
    {Deed::submit_jobs, 14}, {Deed::submit_batch, 9}, {Deed::submit_again, 2}, {Deed::open_batch, 3},
    {Deed::cancel_batch, 1}, {Deed::claim, 16},       {Deed::end_runs, 20},    {Deed::end_and_claim, 12},
    {Deed::settle_again, 2}, {Deed::hand_in, 3},      {Deed::save, 2},         {Deed::crash, 2},
    {Deed::promote, 8},      {Deed::pass_time, 7},    {Deed::operate, 8},      {Deed::command, 2},
    {Deed::pause, 3},        {Deed::set_limits, 4},   {Deed::purge, 2},        {Deed::look, 3},
};

}  // namespace

History random_history(std::uint64_t seed, std::size_t length) {
    return history::random_steps<Step>(seed, length, kWeights);
}

}  // namespace jobhost::storage::workflow_history
