#include "config/order.hpp"

#include "config/nearest_name.hpp"
#include "config/values.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>

namespace jobhost::config {
namespace {

class OrderCheck {
public:
    OrderCheck(Reader& reader, const std::vector<Waiting>& all) : reader_(reader) {
        for (const Waiting& waiting : all)
            all_.emplace(waiting.name, &waiting);
    }

    bool run(const std::vector<Waiting>& all) {
        for (const Waiting& waiting : all)
            for (const PlacedText& name : *waiting.after)
                if (!all_.contains(name.text)) refuse_unknown(name);
        for (const Waiting& waiting : all)
            visit(waiting);
        return is_right_;
    }

private:
    void refuse_unknown(const PlacedText& name) {
        std::vector<std::string_view> known;
        for (const auto& [other, waiting] : all_)
            known.push_back(other);
        refuse(name, "there is no job or batch " + in_quotes(name.text) + " here",
               did_you_mean(name.text, known));
    }

    // Depth first; `way_` leads from where it began to here.
    void visit(const Waiting& waiting) {
        if (!done_.insert(waiting.name).second) return;
        way_.push_back(waiting.name);
        for (const PlacedText& name : *waiting.after) {
            const auto found = all_.find(name.text);
            if (found == all_.end()) continue;
            const auto begin = std::ranges::find(way_, name.text);
            if (begin != way_.end())
                refuse_circle(name, {begin, way_.end()});
            else
                visit(*found->second);
        }
        way_.pop_back();
    }

    void refuse_circle(const PlacedText& name, const std::vector<std::string>& circle) {
        std::string text = "closes a circle: ";
        for (const std::string& each : circle)
            text += each + " waits for ";
        refuse(name, text + name.text, "remove one of these");
    }

    void refuse(const PlacedText& name, std::string problem, std::string hint) {
        is_right_ = false;
        reader_.refuse(name, std::move(problem), std::move(hint));
    }

    Reader& reader_;
    bool is_right_ = true;
    std::map<std::string, const Waiting*> all_;
    std::set<std::string> done_;
    std::vector<std::string> way_;
};

}  // namespace

bool check_order(Reader& reader, const std::vector<Waiting>& all) {
    return OrderCheck(reader, all).run(all);
}

}  // namespace jobhost::config
