#include "host/requests/order.hpp"

#include <algorithm>
#include <functional>
#include <queue>
#include <ranges>
#include <utility>

namespace jobhost::host {

namespace {

// A batch or a job: the id -1 has the place 0.
using Place = std::size_t;

class Order {
public:
    explicit Order(const Submission& submission) : needs_(submission.count()) {
        for (const NewBatch& batch : submission.batches)
            add_needs(batch, batch.within);
        for (const NewJob& job : submission.jobs)
            add_needs(job, job.batch);
        sort();
    }

    // Fewer than there are: there is a circle.
    const std::vector<Place>& places() const noexcept { return places_; }

    // From one that is left over always to one that it needs and that is left over, too: that ends in a
    // circle.
    std::vector<Place> circle() const {
        std::vector<bool> is_sorted(needs_.size());
        for (const Place place : places_)
            is_sorted[place] = true;
        std::vector<Place> way;
        std::vector<bool> is_on_way(needs_.size());
        Place at = static_cast<Place>(std::ranges::find(is_sorted, false) - is_sorted.begin());
        while (!is_on_way[at]) {
            is_on_way[at] = true;
            way.push_back(at);
            at = *std::ranges::find_if(needs_[at], [&](Place need) { return !is_sorted[need]; });
        }
        way.erase(way.begin(), std::ranges::find(way, at));
        return way;
    }

private:
    template <class New>
    void add_needs(const New& made, std::optional<BatchId> around) {
        std::vector<Place>& needs = needs_[place_of(made.id.value)];
        if (around && around->value < 0) needs.push_back(place_of(around->value));
        for (const Parent& parent : made.parents) {
            const auto id = std::visit([](auto of) { return of.value; }, parent.of);
            if (id < 0) needs.push_back(place_of(id));
        }
    }
    static Place place_of(std::int64_t id) { return static_cast<Place>(-1 - id); }

    // Of those of which all needs are sorted, always the first one.
    void sort() {
        std::vector<std::size_t> open(needs_.size());
        std::vector<std::vector<Place>> dependents(needs_.size());
        std::priority_queue<Place, std::vector<Place>, std::greater<>> free;
        for (Place place = 0; place < needs_.size(); ++place) {
            open[place] = needs_[place].size();
            for (const Place need : needs_[place])
                dependents[need].push_back(place);
            if (open[place] == 0) free.push(place);
        }
        while (!free.empty()) {
            const Place place = free.top();
            free.pop();
            places_.push_back(place);
            for (const Place dependent : dependents[place])
                if (--open[dependent] == 0) free.push(dependent);
        }
    }

    std::vector<std::vector<Place>> needs_;
    std::vector<Place> places_;
};

}  // namespace

std::vector<std::int64_t> put_in_order(Submission& submission) {
    const Order order{submission};
    if (order.places().size() < submission.count()) {
        std::vector<std::int64_t> ids;
        for (const Place place : order.circle())
            ids.push_back(-1 - static_cast<std::int64_t>(place));
        return ids;
    }
    std::vector<std::int64_t> ids(submission.count());
    for (Place i = 0; i < ids.size(); ++i)
        ids[order.places()[i]] = -1 - static_cast<std::int64_t>(i);
    renumber(submission, [&](std::int64_t id) { return ids[static_cast<Place>(-1 - id)]; });
    const auto id_of = [](const auto& made) { return made.id.value; };
    std::ranges::sort(submission.batches, std::greater<>{}, id_of);
    std::ranges::sort(submission.jobs, std::greater<>{}, id_of);
    return {};
}

}  // namespace jobhost::host
