#include "storage/soci/given_names.hpp"

#include "storage/soci/refusal.hpp"
#include "storage/text.hpp"

#include <algorithm>

namespace jobhost::storage {

namespace {

template <class Items, class Id>
auto find(const Items& items, Id id) {
    return std::ranges::find_if(items, [&](const auto& item) { return item.id == id; });
}

// "the job" when there is one only.
template <class Items, class Place>
std::string by_place(const char* noun, const Items& items, Place place) {
    if (items.size() == 1) return std::string{"the "} + noun;
    return std::string{noun} + " " + std::to_string(place - items.begin() + 1) + " of " +
           std::to_string(items.size());
}

std::string in_brackets(const std::string& name) {
    if (name.empty()) return "";
    return name.size() <= kMaxNameSize && is_storable(name) ? " (" + name + ")" : " (not to be shown)";
}

}  // namespace

std::string GivenNames::of(JobId id) const {
    if (!name_.empty() && id == named_) return name_;
    const auto job = find(jobs_, id);
    return job == jobs_.end() ? name_of(id) : by_place("job", jobs_, job) + in_brackets(job->type);
}

std::string GivenNames::of(BatchId id) const {
    const auto batch = find(batches_, id);
    return batch == batches_.end() ? name_of(id)
                                   : by_place("batch", batches_, batch) + in_brackets(batch->name);
}

std::string GivenNames::of(const std::variant<JobId, BatchId>& id) const {
    return std::visit([this](auto one) { return of(one); }, id);
}

std::string GivenNames::of(std::int64_t id) const {
    if (find(batches_, BatchId{id}) != batches_.end()) return of(BatchId{id});
    if (find(jobs_, JobId{id}) != jobs_.end()) return of(JobId{id});
    return "job or batch " + std::to_string(id);
}

}  // namespace jobhost::storage
