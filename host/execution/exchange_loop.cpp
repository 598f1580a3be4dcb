#include "host/execution/exchange_loop.hpp"

#include "storage/storage_error.hpp"

#include <spdlog/spdlog.h>

#include <utility>

namespace jobhost::host {

namespace {

constexpr std::size_t kMostRefunded = 500;  // in one transaction

// The safety net under the wake-ups.
constexpr Duration kPollPeriod = std::chrono::seconds{1};

}  // namespace

ExchangeLoop::ExchangeLoop(storage::JobStore& jobs, ServerId server, std::size_t workers, Served served,
                           const BootClock& clock, Callbacks callbacks)
    : jobs_{jobs},
      server_{server},
      workers_{workers},
      callbacks_{std::move(callbacks)},
      lanes_{jobs, std::move(served), clock, callbacks_.paused},
      lost_answers_{jobs, server, clock},
      loop_{"exchange", [this] { return step(); }} {}

void ExchangeLoop::finish(storage::Settlement settlement) {
    inbox_.with([&](Inbox& inbox) {
        inbox.unwritten.add(std::move(settlement));
        --inbox.in_hand;
    });
    loop_.wake();
}

void ExchangeLoop::append_log(storage::LogChunk chunk) {
    const bool is_first_dropped = inbox_.with([&](Inbox& inbox) {
        return !inbox.unwritten.add(std::move(chunk)) && !std::exchange(inbox.is_dropping_log, true);
    });
    if (is_first_dropped)
        spdlog::warn("too much waits for the database: log lines of running jobs are dropped");
    loop_.wake();
}

void ExchangeLoop::refund(Refund refund) {
    inbox_.with([&](Inbox& inbox) { inbox.refunds.push_back(std::move(refund)); });
    loop_.wake();
}

void ExchangeLoop::wake() {
    is_news_ = true;
    loop_.wake();
}

void ExchangeLoop::set_unavailable_types(std::set<TypeVersion> types) {
    inbox_.with([&](Inbox& inbox) { inbox.unavailable_types = std::move(types); });
    loop_.wake();
}

void ExchangeLoop::set_served(Served served) {
    inbox_.with([&](Inbox& inbox) { inbox.served = std::move(served); });
    loop_.wake();
}

void ExchangeLoop::stop_claiming() {
    inbox_.with([](Inbox& inbox) { inbox.is_claiming = false; });
}

bool ExchangeLoop::has_room() {
    return inbox_.with([](Inbox& inbox) { return !inbox.unwritten.is_full(); });
}

bool ExchangeLoop::is_drained() {
    return inbox_.with([](Inbox& inbox) {
        return inbox.in_hand == 0 && inbox.unwritten.is_empty() && inbox.refunds.empty();
    });
}

Duration ExchangeLoop::step() {
    if (!renew_if_needed()) return kPollPeriod;
    Errand errand;
    inbox_.with([&](Inbox& inbox) {
        errand.batch = inbox.unwritten.take();
        errand.refunds = std::exchange(inbox.refunds, {});
    });
    lanes_.ended(errand.batch.settlements);  // whether or not they can be written at once
    // What cannot be read or claimed, for a damaged row for instance, must not keep outcomes from being
    // written: after a failure they go alone.
    errand.must_claim_later = has_failed_ && !errand.batch.settlements.empty();
    storage::Exchanged exchanged;
    try {
        if (!errand.must_claim_later) prepare_claim(errand);
        exchanged = exchange(errand);
    } catch (...) {  // memory can run out, too
        put_back(std::move(errand));
        lost_answers_.presume_claim();
        has_failed_ = true;
        throw;
    }
    has_failed_ = false;
    written(errand, exchanged);
    if (!exchanged.server_is_live) callbacks_.refused();
    deliver(std::move(exchanged.claimed));
    write_refunds(std::move(errand.refunds));
    return errand.must_claim_later ? Duration::zero() : kPollPeriod;
}

// After an outage somebody may have declared this server dead: it asks before it writes.
bool ExchangeLoop::renew_if_needed() {
    if (!has_failed_ && callbacks_.may_claim()) return true;
    return callbacks_.renew();
}

void ExchangeLoop::prepare_claim(Errand& errand) {
    if (lost_answers_.is_due()) errand.give_backs = lost_answers_.find();
    auto served = inbox_.with([](Inbox& inbox) { return std::exchange(inbox.served, std::nullopt); });
    if (served) lanes_.serve(*std::move(served));
    lanes_.refresh(is_news_.exchange(false) || has_failed_);
    if (!callbacks_.may_claim()) return;
    std::set<TypeVersion> unavailable_types;
    std::size_t limit = 0;
    inbox_.with([&](Inbox& inbox) {
        errand.must_claim_later = inbox.unwritten.is_full();
        if (!inbox.is_claiming || errand.must_claim_later) return;
        unavailable_types = inbox.unavailable_types;
        limit = workers_ - inbox.in_hand;
        // Slots that are being claimed for count as taken until the answer is there.
        inbox.in_hand += limit;
    });
    errand.claim = lanes_.request(unavailable_types, limit);
}

// Log lines that the database refuses for what is in them are dropped: outcomes wait behind them.
void ExchangeLoop::append_log(const Errand& errand) {
    using Kind = storage::StorageError::Kind;
    try {
        jobs_.append_log(errand.batch.log);
    } catch (const storage::StorageError& error) {
        if (error.kind() != Kind::refused && error.kind() != Kind::conflict) throw;
        spdlog::error("log lines of {} runs could not be stored and are dropped: {}", errand.batch.log.size(),
                      error.what());
    }
}

storage::Exchanged ExchangeLoop::exchange(Errand& errand) {
    append_log(errand);
    if (errand.give_backs.empty()) return jobs_.exchange(server_, errand.batch.settlements, errand.claim);
    std::vector<storage::Settlement> all = errand.batch.settlements;
    all.insert(all.end(), errand.give_backs.begin(), errand.give_backs.end());
    return jobs_.exchange(server_, all, errand.claim);
}

// Outcomes that are already written, by an exchange whose answer did not arrive, are as good as others.
void ExchangeLoop::written(const Errand& errand, const storage::Exchanged& exchanged) {
    const std::vector<storage::Settlement>& settlements = errand.batch.settlements;
    lost_answers_.remove(settlements);
    lost_answers_.add(exchanged.claimed);
    if (errand.claim.limit > 0) lanes_.took(errand.claim.limit, exchanged.claimed);
    inbox_.with([&](Inbox& inbox) {
        inbox.unwritten.written(errand.batch);
        inbox.is_dropping_log = false;
        inbox.in_hand -= errand.claim.limit - exchanged.claimed.size();
    });
    for (std::size_t i = 0; i < settlements.size(); ++i)
        if (exchanged.moved[i] == storage::Moved::lost)
            spdlog::warn(
                "job {}: the outcome of a run that this server no longer held was refused (lease {})",
                settlements[i].job.value, settlements[i].lease.value);
    if (exchanged.mutilated > 0)
        spdlog::error("{} outcomes were written without the texts that the database refuses",
                      exchanged.mutilated);
    if (exchanged.refused > 0)
        spdlog::warn(
            "{} runs succeeded and count as failed, for the jobs that they hand in on success were refused; "
            "'jobhost jobs show' tells of each why",
            exchanged.refused);
}

// The give-backs are found anew.
void ExchangeLoop::put_back(Errand errand) {
    inbox_.with([&](Inbox& inbox) {
        inbox.unwritten.put_back(std::move(errand.batch));
        inbox.in_hand -= errand.claim.limit;
    });
    put_back(std::move(errand.refunds));
}

void ExchangeLoop::put_back(std::vector<Refund> refunds) {
    inbox_.with([&](Inbox& inbox) {
        inbox.refunds.insert(inbox.refunds.begin(), std::make_move_iterator(refunds.begin()),
                             std::make_move_iterator(refunds.end()));
    });
}

// Those that the database refuses are dropped, as others would wait behind them.
void ExchangeLoop::write_refunds(std::vector<Refund> refunds) {
    using Kind = storage::StorageError::Kind;
    for (auto next = refunds.begin(); next != refunds.end(); ++next)
        try {
            for (std::span jobs{next->jobs}; !jobs.empty();
                 jobs = jobs.subspan(std::min(jobs.size(), kMostRefunded)))
                jobs_.refund(jobs.first(std::min(jobs.size(), kMostRefunded)), next->by, next->why);
        } catch (const storage::StorageError& error) {
            if (error.kind() == Kind::refused) {
                spdlog::error(
                    "crashes of {} jobs count, although that version of their plugin was rolled "
                    "back: {}",
                    next->jobs.size(), error.what());
                continue;
            }
            put_back({next, refunds.end()});
            throw;
        }
}

void ExchangeLoop::deliver(std::vector<ClaimedJob> claimed) {
    if (claimed.empty()) return;
    std::vector<Assignment> assignments;
    for (ClaimedJob& job : claimed) {
        const Lane& lane = lanes_.lane(job.lane);
        assignments.push_back({std::move(job), lane.type, lane.payload_version});
    }
    callbacks_.deliver(std::move(assignments));
}

}  // namespace jobhost::host
