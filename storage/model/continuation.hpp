// What a job or a batch waits for before it starts.
#pragma once

#include "storage/model/ids.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace jobhost {

// How a parent has to end. Of a batch: `succeeded` when all of it did, `finished` when all of it is final,
// `failed` when it is final and not all of it succeeded, `deleted` when it was cancelled. Stored in
// job_edge.condition and shown in JSON: DO NOT RENAME OR RENUMBER.
enum class Condition : std::uint8_t { succeeded = 0, failed = 1, finished = 2, deleted = 3 };

inline constexpr std::array<std::string_view, 4> kConditionNames{"succeeded", "failed", "finished",
                                                                 "deleted"};
constexpr std::string_view to_string(Condition condition) noexcept {
    return kConditionNames[static_cast<std::size_t>(condition)];
}
// Nothing, if `text` is no condition's name.
constexpr std::optional<Condition> parse_condition(std::string_view text) noexcept {
    for (std::size_t i = 0; i < kConditionNames.size(); ++i)
        if (kConditionNames[i] == text) return static_cast<Condition>(i);
    return std::nullopt;
}

struct Parent {
    std::variant<JobId, BatchId> of;
    Condition on = Condition::succeeded;
    friend auto operator<=>(const Parent&, const Parent&) = default;
};

// A parent as its child finds it.
struct ParentEnd {
    Parent parent;
    std::optional<bool> is_met;  // nothing: it has not ended
    std::string result;          // of a job that succeeded, JSON; empty: none
};

}  // namespace jobhost
