#include "config/shared_schedules.hpp"

#include "config/values.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <memory>
#include <numeric>
#include <set>
#include <utility>
#include <vector>

namespace jobhost::config {
namespace {

// So many definitions fire together at the most: each keeps the names of all.
constexpr std::size_t kMost = 1000;

// What a definition comes from, over all that it waits for: those that wait for nothing, by their numbers in
// the order of names. Shared, as what waits for the same comes from the same.
using Roots = std::vector<std::uint32_t>;
using SharedRoots = std::shared_ptr<const Roots>;

// One more than may be tells that it is too many.
SharedRoots united(const SharedRoots& one, const SharedRoots& other) {
    if (one == other) return one;
    Roots all;
    std::ranges::set_union(*one, *other, std::back_inserter(all));
    if (all.size() > kMost) all.resize(kMost + 1);
    if (all == *one) return one;
    if (all == *other) return other;
    return std::make_shared<const Roots>(std::move(all));
}

class SharedSchedules {
public:
    SharedSchedules(Reader& reader, std::vector<Source>& sources,
                    const std::map<std::string, std::vector<PlacedText>>& after)
        : reader_(reader), after_(after) {
        std::map<std::string, Definition*> by_name;
        for (Source& source : sources)
            for (PlacedDefinition& placed : source.definitions)
                by_name.emplace(placed.definition.name, &placed.definition);
        for (const auto& [name, definition] : by_name) {
            numbers_.emplace(name, static_cast<std::uint32_t>(definitions_.size()));
            definitions_.push_back(definition);
        }
        group_of_.resize(definitions_.size());
        std::iota(group_of_.begin(), group_of_.end(), 0);
        sizes_.resize(definitions_.size(), 1);
    }

    void find() {
        for (const Definition* definition : definitions_)
            if (check(definition->name)) join(definition->name);
        if (is_refused_) return;
        std::map<std::uint32_t, std::vector<std::string>> names;  // of each group
        for (std::uint32_t number = 0; number < definitions_.size(); ++number)
            names[group_of(number)].push_back(definitions_[number]->name);
        for (std::uint32_t number = 0; number < definitions_.size(); ++number)
            if (sizes_[group_of(number)] > 1) definitions_[number]->fires_with = names.at(group_of(number));
    }

private:
    const SharedRoots& roots_of(const std::string& name) {
        const auto [known, is_new] = roots_.try_emplace(name);
        if (!is_new) return known->second;
        SharedRoots roots;
        for (const PlacedText& parent : after_.at(name)) {
            const SharedRoots& of_parent = roots_of(parent.text);
            roots = roots ? united(roots, of_parent) : of_parent;
        }
        if (!roots) roots = std::make_shared<const Roots>(Roots{numbers_.at(name)});
        return known->second = std::move(roots);
    }

    // Whether all that it waits for comes at the same instants.
    bool check(const std::string& name) {
        const auto& parents = after_.at(name);
        for (const PlacedText& parent : parents)
            if (roots_of(parent.text)->size() > kMost) return false;  // said there
        const SharedRoots& all = roots_of(name);
        for (const PlacedText& parent : parents) {
            if (*roots_of(parent.text) == *roots_of(parents.front().text)) continue;
            if (all->size() > kMost) return refuse_many(parent);
            if (have_one_schedule(all)) return true;
            reader_.refuse(
                parent,
                in_quotes(parents.front().text) + " and " + in_quotes(parent.text) +
                    " are not handed in together",
                "give both the same schedule, with the same missed, grace and overlap; H differs by name");
            return false;
        }
        return true;
    }

    bool refuse_many(const PlacedText& at) {
        if (!std::exchange(is_refused_, true))
            reader_.refuse(at, "makes more than " + std::to_string(kMost) + " definitions fire together",
                           "make them jobs of one batch");
        return false;
    }

    bool have_one_schedule(const SharedRoots& roots) {
        const auto [known, is_new] = have_one_schedule_.try_emplace(roots.get(), true);
        if (!is_new) return known->second;
        const auto& first = definitions_[roots->front()]->schedule;
        return known->second = first && std::ranges::all_of(*roots, [&](std::uint32_t root) {
                                   return definitions_[root]->schedule == first;
                               });
    }

    void join(const std::string& name) {
        const SharedRoots& roots = roots_of(name);
        if (roots->size() < 2 || !joined_.insert(roots.get()).second) return;
        for (const std::uint32_t root : *roots)
            unite(roots->front(), root);
        if (sizes_[group_of(roots->front())] > kMost) refuse_many(after_.at(name).front());
    }

    std::uint32_t group_of(std::uint32_t number) {
        while (group_of_[number] != number)
            number = group_of_[number] = group_of_[group_of_[number]];
        return number;
    }

    void unite(std::uint32_t one, std::uint32_t other) {
        one = group_of(one);
        other = group_of(other);
        if (one == other) return;
        if (sizes_[one] < sizes_[other]) std::swap(one, other);
        group_of_[other] = one;
        sizes_[one] += sizes_[other];
    }

    Reader& reader_;
    const std::map<std::string, std::vector<PlacedText>>& after_;
    std::vector<Definition*> definitions_;  // by name
    std::map<std::string, std::uint32_t> numbers_;
    std::map<std::string, SharedRoots> roots_;
    std::map<const Roots*, bool> have_one_schedule_;
    std::set<const Roots*> joined_;
    std::vector<std::uint32_t> group_of_;  // disjoint sets: another of the group, or itself
    std::vector<std::size_t> sizes_;       // of groups, by their first
    bool is_refused_ = false;
};

}  // namespace

void find_shared_schedules(Reader& reader, std::vector<Source>& sources,
                           const std::map<std::string, std::vector<PlacedText>>& after) {
    SharedSchedules(reader, sources, after).find();
}

}  // namespace jobhost::config
