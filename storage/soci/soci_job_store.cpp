#include "storage/soci/soci_job_store.hpp"

#include "storage/soci/candidates.hpp"
#include "storage/soci/claim.hpp"
#include "storage/soci/departures.hpp"
#include "storage/soci/instants.hpp"
#include "storage/soci/lane_rows.hpp"
#include "storage/soci/limit_slots.hpp"
#include "storage/soci/refund.hpp"
#include "storage/soci/settle.hpp"
#include "storage/soci/settlement_texts.hpp"
#include "storage/soci/submit_in.hpp"
#include "storage/storage_error.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <cassert>
#include <utility>

namespace jobhost::storage {

namespace {

// Errors that a single row can cause. All others, a full disk or a missing permission, are the database's.
bool is_of_a_row(const StorageError& error) {
    return error.kind() == StorageError::Kind::conflict || error.kind() == StorageError::Kind::refused;
}

// Of more keys the slots are passed on by the next call, which comes at once.
constexpr long long kMostKeys = 100;

std::size_t pass_on_due_slots(Change& change) {
    std::vector<std::string> keys;
    for (auto& [key] : change.session.rows<std::string>(
             "limit_due", {{"now", micros(change.session.now())}, {"count", kMostKeys}}))
        keys.push_back(std::move(key));
    return LimitSlots{change}.grant(keys);
}

}  // namespace

JobId SociJobStore::reserve_ids(std::size_t count) {
    return JobId{changes_.ids().reserve(count)};
}

std::vector<Inserted> SociJobStore::insert(std::span<const NewJob> jobs) {
    return submit_in(changes_, {}, jobs);
}

Exchanged SociJobStore::exchange(ServerId server, std::span<const Settlement> settlements,
                                 const ClaimRequest& claim) {
    if (settlements.empty())
        if (auto idle = looked(server, claim)) return *std::move(idle);
    SettlementBatch batch{settlements};
    try {
        Exchanged exchanged = exchange_once(server, batch.all(), claim);
        exchanged.mutilated = batch.mutilated(exchanged.moved);
        return exchanged;
    } catch (const StorageError& error) {
        if (settlements.empty() || !is_of_a_row(error)) throw;
    }
    Exchanged exchanged;
    settle_apart(server, batch.all(), exchanged);
    exchanged.mutilated += batch.mutilated(exchanged.moved);
    return exchanged;
}

// Where there is one write lock for all, looking first spares an idle host taking it. Nothing: there is
// something to claim.
std::optional<Exchanged> SociJobStore::looked(ServerId server, const ClaimRequest& claim) {
    const bool wants_any = claim.limit > 0 && (!claim.lanes.empty() || !claim.more.empty());
    if (wants_any && !takes_lanes_one_by_one(database_.catalog())) return std::nullopt;
    std::optional<Exchanged> idle;
    database_.read([&](Session& session) {
        idle.reset();
        if (!wants_any || !has_candidates(session, claim))
            idle.emplace().server_is_live = is_live(session, server);
    });
    return idle;
}

Exchanged SociJobStore::exchange_once(ServerId server, std::span<const Settlement> settlements,
                                      const ClaimRequest& claim) {
    Exchanged exchanged;
    changes_.write([&](Change& change) {
        exchanged = {};
        exchanged.moved = settle(change, server, settlements);
        exchanged.claimed = take(change, server, claim);
        // Only a live server is given anything.
        exchanged.server_is_live = !exchanged.claimed.empty() || is_live(change.session, server);
    });
    return exchanged;
}

// One of these is refused by the database: the others are written without it, in halves and halves of halves.
// If it hands in jobs, they were refused; else it loses its texts, then its event; if it is refused even so,
// an error is thrown.
void SociJobStore::settle_apart(ServerId server, std::span<const Settlement> settlements,
                                Exchanged& exchanged) {
    const auto append = [&](const Exchanged& part) {
        exchanged.moved.insert(exchanged.moved.end(), part.moved.begin(), part.moved.end());
        exchanged.server_is_live = part.server_is_live;
    };
    const auto try_append = [&](const Settlement& settlement) {
        try {
            append(exchange_once(server, {&settlement, 1}, {}));
            return true;
        } catch (const StorageError& error) {
            if (!is_of_a_row(error)) throw;
            return false;
        }
    };
    const auto write_bare = [&](const Settlement& settlement) {
        Settlement bare = without_texts(settlement);
        while (!try_append(bare)) {
            if (!bare.event)
                throw StorageError{
                    StorageError::Kind::refused,
                    "the outcome of job " + std::to_string(bare.job.value) + " cannot be written"};
            bare.event.reset();
        }
        ++exchanged.mutilated;
    };
    std::string why;
    try {
        return append(exchange_once(server, settlements, {}));
    } catch (const StorageError& error) {
        if (!is_of_a_row(error)) throw;
        why = error.what();
    }
    if (settlements.size() > 1) {
        const std::size_t half = settlements.size() / 2;
        settle_apart(server, settlements.first(half), exchanged);
        settle_apart(server, settlements.subspan(half), exchanged);
        return;
    }
    const Settlement& whole = settlements.front();
    if (whole.if_refused) {
        const Settlement refused = with_jobs_refused(whole, why);
        if (!try_append(refused)) write_bare(refused);
        if (exchanged.moved.back() == Moved::yes) ++exchanged.refused;
    } else {
        write_bare(whole);
    }
}

std::vector<HeldRun> SociJobStore::runs_of(ServerId server, std::size_t limit) {
    std::vector<HeldRun> found;
    database_.read([&](Session& session) {
        found.clear();
        for (const auto& [id, lease] : session.rows<long long, long long>(
                 "job_runs_of", {{"server", server.value}, {"count", static_cast<long long>(limit)}}))
            found.push_back({JobId{id}, Lease{lease}});
    });
    return found;
}

std::vector<HeldRun> SociJobStore::cancelled_runs_of(ServerId server, std::size_t limit) {
    std::vector<HeldRun> found;
    database_.read([&](Session& session) {
        found.clear();
        for (auto& [id, lease, why] : session.rows<long long, long long, std::optional<std::string>>(
                 "job_cancelled_runs_of",
                 {{"server", server.value}, {"count", static_cast<long long>(limit)}}))
            found.push_back({JobId{id}, Lease{lease}, std::move(why).value_or("")});
    });
    return found;
}

Promoted SociJobStore::promote_due(std::size_t limit) {
    Promoted promoted;
    bool is_any_due = false;
    const auto read_next = [&](Session& session) {
        using Maybe = std::optional<long long>;
        const auto [due_at, opens_at] = session.rows<Maybe, Maybe>("job_next_due").at(0);
        promoted.next_due_at = instant(due_at && opens_at ? std::min(due_at, opens_at)
                                       : due_at           ? due_at
                                                          : opens_at);
        is_any_due = promoted.next_due_at && *promoted.next_due_at <= session.now();
    };
    database_.read(read_next);
    if (!is_any_due) return promoted;
    changes_.write([&](Change& change) {
        Session& session = change.session;
        const auto moved = session.rows<long long, long long, int, int, std::optional<long long>>(
            "job_promote", {{"now", micros(session.now())},
                            {"ageing", change.ageing.count()},
                            {"count", static_cast<long long>(limit)}});
        promoted.count = moved.size();
        Departures departures{Departures::From::waiting};
        for (const auto& [id, lane, state, flags, batch] : moved) {
            change.tally.moved(LaneId{lane}, StateName::scheduled, static_cast<StateName>(state));
            if (is_final(static_cast<StateName>(state)))
                departures.add(JobId{id}, static_cast<StateName>(state), flags, batch);
        }
        departures.follow(change);
        promoted.count += pass_on_due_slots(change);
        if (promoted.count > 0) session.announce();
        read_next(session);
    });
    return promoted;
}

void SociJobStore::refund(std::span<const CrashedJob> jobs, const std::string& by, const std::string& why) {
    if (jobs.empty()) return;
    changes_.write([&](Change& change) { storage::refund(change, jobs, by, why); });
}

void SociJobStore::append_log(std::span<const LogChunk> chunks) {
    if (chunks.empty()) return;
    database_.write([&](Session& session) { insert_log(session, chunks); });
}

std::vector<Lane> SociJobStore::lanes() {
    std::vector<Lane> lanes;
    database_.read([&](Session& session) { lanes = read_lanes(session); });
    return lanes;
}

}  // namespace jobhost::storage
