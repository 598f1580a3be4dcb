#include "host/execution/exchange_loop.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <iterator>

namespace jobhost::host {

namespace {

// The safety net under the wake-ups.
constexpr Duration kPollPeriod = std::chrono::seconds{1};

template <class Item>
void prepend(std::vector<Item>& to, std::vector<Item>&& items) {
    items.insert(items.end(), std::make_move_iterator(to.begin()), std::make_move_iterator(to.end()));
    to = std::move(items);
}

}  // namespace

ExchangeLoop::ExchangeLoop(storage::JobStore& jobs, ServerId server, std::size_t workers, Served served,
                           Callbacks callbacks)
    : jobs_{jobs},
      server_{server},
      workers_{workers},
      served_{std::move(served)},
      callbacks_{std::move(callbacks)},
      loop_{"exchange", [this] { return step(); }} {}

void ExchangeLoop::finish(storage::Settlement settlement) {
    inbox_.with([&](Inbox& inbox) {
        inbox.settlements.push_back(std::move(settlement));
        --inbox.in_hand;
    });
    loop_.wake();
}

void ExchangeLoop::append_log(storage::LogChunk chunk) {
    inbox_.with([&](Inbox& inbox) { inbox.log.push_back(std::move(chunk)); });
    loop_.wake();
}

void ExchangeLoop::set_unavailable_types(std::set<std::string> types) {
    inbox_.with([&](Inbox& inbox) { inbox.unavailable_types = std::move(types); });
    loop_.wake();
}

void ExchangeLoop::stop_claiming() {
    inbox_.with([](Inbox& inbox) { inbox.is_claiming = false; });
}

bool ExchangeLoop::is_drained() {
    return inbox_.with(
        [](Inbox& inbox) { return inbox.in_hand == 0 && inbox.settlements.empty() && !inbox.is_writing; });
}

Duration ExchangeLoop::step() {
    Errand errand = take_errand();
    storage::Exchanged exchanged;
    try {
        jobs_.append_log(errand.log);
        errand.log.clear();
        exchanged = jobs_.exchange(server_, errand.settlements, errand.claim);
    } catch (...) {  // memory can run out, too
        put_back(std::move(errand));
        has_failed_ = true;
        throw;
    }
    has_failed_ = false;
    report_lost(errand, exchanged);
    inbox_.with([&](Inbox& inbox) {
        inbox.in_hand -= errand.claim.limit - exchanged.claimed.size();
        inbox.is_writing = false;
    });
    if (!exchanged.server_is_live) callbacks_.refused();
    deliver(std::move(exchanged.claimed));
    return kPollPeriod;
}

ExchangeLoop::Errand ExchangeLoop::take_errand() {
    const auto unavailable = inbox_.with([](Inbox& inbox) { return inbox.unavailable_types; });
    auto lanes = served_lanes(unavailable);
    return inbox_.with([&](Inbox& inbox) {
        Errand errand;
        errand.settlements = std::exchange(inbox.settlements, {});
        errand.log = std::exchange(inbox.log, {});
        errand.claim.lanes = std::move(lanes);
        // A claim that cannot be made, for a damaged row for instance, must not keep outcomes from being
        // written.
        const bool writes_only = has_failed_ && !errand.settlements.empty();
        if (inbox.is_claiming && !writes_only) errand.claim.limit = workers_ - inbox.in_hand;
        // Slots that are being claimed for count as taken until the answer is there.
        inbox.in_hand += errand.claim.limit;
        inbox.is_writing = true;
        return errand;
    });
}

void ExchangeLoop::put_back(Errand errand) {
    inbox_.with([&](Inbox& inbox) {
        prepend(inbox.settlements, std::move(errand.settlements));
        prepend(inbox.log, std::move(errand.log));
        inbox.in_hand -= errand.claim.limit;
        inbox.is_writing = false;
    });
}

// A small table that only grows; reading it anew finds the lanes that others have made.
std::vector<storage::ClaimLane> ExchangeLoop::served_lanes(const std::set<std::string>& unavailable) {
    std::vector<storage::ClaimLane> wanted;
    for (Lane& lane : jobs_.lanes()) {
        const auto queue = std::find(served_.queues.begin(), served_.queues.end(), lane.queue);
        const auto type = served_.types.find(lane.type);
        if (queue == served_.queues.end() || type == served_.types.end()) continue;
        if (type->second != lane.payload_version || unavailable.contains(lane.type)) continue;
        wanted.push_back({lane.id, static_cast<int>(queue - served_.queues.begin())});
        lanes_.insert_or_assign(lane.id, std::move(lane));
    }
    return wanted;
}

void ExchangeLoop::report_lost(const Errand& errand, const storage::Exchanged& exchanged) {
    for (std::size_t i = 0; i < exchanged.moved.size(); ++i)
        if (exchanged.moved[i] == storage::Moved::lost)
            spdlog::warn(
                "job {}: the outcome of a run that this server no longer held was refused (lease {})",
                errand.settlements[i].job.value, errand.settlements[i].lease.value);
}

void ExchangeLoop::deliver(std::vector<ClaimedJob> claimed) {
    if (claimed.empty()) return;
    std::vector<Assignment> assignments;
    for (ClaimedJob& job : claimed) {
        const std::string& type = lanes_.at(job.lane).type;
        assignments.push_back({std::move(job), type});
    }
    callbacks_.deliver(std::move(assignments));
}

}  // namespace jobhost::host
