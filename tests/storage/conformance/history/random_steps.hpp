// Steps of a random history.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace jobhost::storage::history {

// How often a deed comes, beside the others.
template <class Deed>
struct Weight {
    Deed deed;
    int weight;
};

// The same seed always yields the same steps.
template <class Step, class Weights>
std::vector<Step> random_steps(std::uint64_t seed, std::size_t length, const Weights& weights) {
    std::mt19937_64 random{seed};
    int sum = 0;
    for (const auto& weight : weights)
        sum += weight.weight;
    std::vector<Step> steps(length);
    for (Step& step : steps) {
        int left = static_cast<int>(random() % static_cast<std::uint64_t>(sum));
        for (const auto& weight : weights) {
            step.deed = weight.deed;
            if ((left -= weight.weight) < 0) break;
        }
        for (std::uint32_t& choice : step.choices)
            choice = static_cast<std::uint32_t>(random());
    }
    return steps;
}

}  // namespace jobhost::storage::history
