// A random history of workflows: like tests/storage/conformance/history/history.hpp, with other deeds.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace jobhost::storage::workflow_history {

enum class Deed {
    submit_jobs,
    submit_batch,
    submit_again,
    open_batch,
    cancel_batch,
    claim,
    end_runs,
    end_and_claim,
    settle_again,
    hand_in,
    save,
    crash,
    promote,
    pass_time,
    operate,
    command,
    pause,
    set_limits,
    purge,
    look,
};

struct Step {
    Deed deed = Deed::look;
    std::array<std::uint32_t, 40> choices{};
    friend bool operator==(const Step&, const Step&) = default;
};

using History = std::vector<Step>;

// The same seed always yields the same history.
History random_history(std::uint64_t seed, std::size_t length);

}  // namespace jobhost::storage::workflow_history
