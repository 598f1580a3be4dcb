#include "tests/bench/workflows/ground.hpp"

#include <algorithm>
#include <unistd.h>

namespace jobhost::bench {

namespace {

const std::string kType{kTypes.front()};

std::unique_ptr<storage::Storage> opened(Place& place, const std::string& space) {
    place.make(space, 1);
    return storage::open_storage(place.options_of(space));
}

}  // namespace

Ground::Ground(Place& place, const std::string& space)
    : storage_{opened(place, space)},
      server_{storage_->servers().enter({.incarnation = "workflows",
                                         .name = "bench",
                                         .application = "bench",
                                         .host_name = "bench",
                                         .pid = ::getpid()},
                                        std::vector<storage::ServedType>{{.type = kType}})} {
    insert(jobs(1));  // which makes the lane
    for (const Lane& lane : storage_->jobs().lanes())
        if (lane.type == kType) lanes_.push_back({lane.id});
    drain(1, [](const auto&) {});
}

std::vector<NewJob> Ground::jobs(std::size_t count) {
    NewJob like;
    like.id = storage_->jobs().reserve_ids(count);
    like.type = kType;
    like.arguments = kArguments;
    std::vector<NewJob> made;
    for (; made.size() < count; ++like.id.value)
        made.push_back(like);
    return made;
}

void Ground::insert(const std::vector<NewJob>& jobs) {
    constexpr std::size_t kAtOnce = 1000;
    for (std::size_t from = 0; from < jobs.size(); from += kAtOnce)
        storage_->jobs().insert(std::span{jobs}.subspan(from, std::min(kAtOnce, jobs.size() - from)));
}

std::vector<ClaimedJob> Ground::exchange(const std::vector<ClaimedJob>& runs, std::size_t most) {
    const auto now = std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
    std::vector<storage::Settlement> settlements;
    for (const ClaimedJob& run : runs)
        settlements.push_back({.job = run.id,
                               .lease = run.lease,
                               .cause = Cause::succeeded,
                               .target = Succeeded{.finished_at = now},
                               .started_at = now});
    storage::Exchanged answer = storage_->jobs().exchange(server_, settlements, {lanes_, most});
    demand(std::all_of(answer.moved.begin(), answer.moved.end(),
                       [](storage::Moved moved) { return moved == storage::Moved::yes; }),
           "a run of ours was not there to be settled");
    return std::move(answer.claimed);
}

void Ground::finish_work() {
    while (storage_->workflows().go_on(1000) > 0) {
    }
}

}  // namespace jobhost::bench
