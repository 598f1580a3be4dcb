// Makes a history that shows a fault as short as it gets.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace jobhost::storage::history {

// Takes out steps, then lowers their numbers, as long as `is_faulty` says that the fault still shows.
// Afterwards no single step can be taken out. Asks at most `questions` times.
template <class History, class IsFaulty>
History shrink(History history, IsFaulty is_faulty, int questions = 3000) {
    const auto replace_if_faulty = [&](const History& candidate) {
        if (questions-- <= 0 || !is_faulty(candidate)) return false;
        history = candidate;
        return true;
    };
    for (std::size_t size = std::max<std::size_t>(history.size() / 2, 1); size > 0;) {
        bool any = false;
        for (std::size_t end = history.size(); end > 0;) {
            const std::size_t begin = end > size ? end - size : 0;
            History shorter = history;
            shorter.erase(shorter.begin() + static_cast<std::ptrdiff_t>(begin),
                          shorter.begin() + static_cast<std::ptrdiff_t>(end));
            any = replace_if_faulty(shorter) || any;
            end = begin;
        }
        if (!any || size > 1) size = size == 1 ? 0 : size / 2;
    }
    for (std::size_t step = 0; step < history.size(); ++step)
        for (std::size_t choice = 0; choice < history[step].choices.size(); ++choice)
            for (const std::uint32_t simpler : {0u, 1u, 2u}) {
                if (history[step].choices[choice] <= simpler) break;
                History lower = history;
                lower[step].choices[choice] = simpler;
                if (replace_if_faulty(lower)) break;
            }
    return history;
}

}  // namespace jobhost::storage::history
