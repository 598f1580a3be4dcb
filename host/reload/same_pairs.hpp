// Which of two lists say the same.
#pragma once

#include <cstddef>
#include <map>
#include <utility>
#include <vector>

namespace jobhost::host {

// Indices of equal elements of both, in the order of the first; each stands in one pair, the first ones
// first. Takes as many comparisons as sorting does.
template <class Element>
std::vector<std::pair<std::size_t, std::size_t>> same_pairs(const std::vector<Element>& first,
                                                            std::vector<Element> second) {
    std::map<Element, std::vector<std::size_t>> places;  // the last first
    for (std::size_t i = second.size(); i-- > 0;)
        places[std::move(second[i])].push_back(i);
    std::vector<std::pair<std::size_t, std::size_t>> pairs;
    for (std::size_t i = 0; i < first.size(); ++i) {
        const auto same = places.find(first[i]);
        if (same == places.end() || same->second.empty()) continue;
        pairs.emplace_back(i, same->second.back());
        same->second.pop_back();
    }
    return pairs;
}

}  // namespace jobhost::host
