#include "config/shared_schedules.hpp"

#include "config/values.hpp"

#include <memory>
#include <set>

namespace jobhost::config {
namespace {

// What a definition comes from, over all that it waits for: those that wait for nothing.
using Roots = std::set<std::string>;

class SharedSchedules {
public:
    SharedSchedules(Reader& reader, std::vector<Source>& sources,
                    const std::map<std::string, std::vector<PlacedText>>& after)
        : reader_(reader), after_(after) {
        for (Source& source : sources)
            for (PlacedDefinition& placed : source.definitions)
                definitions_.emplace(placed.definition.name, &placed.definition);
    }

    void find() {
        for (const auto& [name, definition] : definitions_)
            if (check(name)) join(roots_of(name));
        for (const auto& [name, group] : groups_)
            definitions_.at(name)->fires_with = {group->begin(), group->end()};
    }

private:
    const Roots& roots_of(const std::string& name) {
        const auto [known, is_new] = roots_.try_emplace(name);
        if (!is_new) return known->second;
        Roots roots;
        for (const PlacedText& parent : after_.at(name))
            roots.merge(Roots{roots_of(parent.text)});
        if (roots.empty()) roots.insert(name);
        return roots_.at(name) = std::move(roots);
    }

    // Whether all that it waits for comes at the same instants.
    bool check(const std::string& name) {
        const auto& parents = after_.at(name);
        for (const PlacedText& parent : parents) {
            const Roots& roots = roots_of(parent.text);
            if (roots == roots_of(parents.front().text)) continue;
            if (!have_one_schedule(roots_of(name))) {
                reader_.refuse(parent,
                               in_quotes(parents.front().text) + " and " + in_quotes(parent.text) +
                                   " are not handed in together",
                               "give both the same schedule");
                return false;
            }
        }
        return true;
    }

    bool have_one_schedule(const Roots& roots) const {
        const auto& first = definitions_.at(*roots.begin())->schedule;
        for (const std::string& root : roots)
            if (!first || definitions_.at(root)->schedule != first) return false;
        return true;
    }

    void join(const Roots& roots) {
        if (roots.size() < 2) return;
        auto group = std::make_shared<Roots>(roots);
        for (const std::string& root : roots)
            if (const auto known = groups_.find(root); known != groups_.end())
                group->insert(known->second->begin(), known->second->end());
        for (const std::string& root : *group)
            groups_[root] = group;
    }

    Reader& reader_;
    const std::map<std::string, std::vector<PlacedText>>& after_;
    std::map<std::string, Definition*> definitions_;
    std::map<std::string, Roots> roots_;
    std::map<std::string, std::shared_ptr<Roots>> groups_;
};

}  // namespace

void find_shared_schedules(Reader& reader, std::vector<Source>& sources,
                           const std::map<std::string, std::vector<PlacedText>>& after) {
    SharedSchedules(reader, sources, after).find();
}

}  // namespace jobhost::config
