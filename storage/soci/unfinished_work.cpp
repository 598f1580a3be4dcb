#include "storage/soci/unfinished_work.hpp"

#include "storage/soci/batch_members.hpp"
#include "storage/soci/releases.hpp"
#include "storage/soci/restoration.hpp"
#include "storage/storage_error.hpp"

#include <algorithm>
#include <exception>
#include <set>

namespace jobhost::storage {

namespace {

using namespace std::chrono_literals;

constexpr Duration kFirstPause = 1s;
constexpr Duration kLongestPause = 10min;
// So many get their turn one after the other, each for one transaction.
constexpr std::size_t kMostInTurn = 64;

// By its present state: it may be that this is not to be done any more.
void tell_children(Change& change, Releases& releases, std::int64_t subject) {
    const BatchId batch_id{subject};
    releases.batches().hold({batch_id});
    if (const HeldBatch* batch = releases.batches().find(batch_id)) {
        if (is_final(batch->state)) releases.tell(batch_id, batch->state);
        return;
    }
    for (const HeldJob& job : hold_jobs(change.session, {JobId{subject}}))
        if (is_final(job.state)) releases.tell(job.id, job.state);
}

void start_members(Releases& releases, BatchId id) {
    releases.batches().hold({id});
    const HeldBatch* batch = releases.batches().find(id);
    if (batch != nullptr && batch->state == BatchState::started) releases.start(id);
}

void do_some(Change& change, Releases& releases, WorkKind kind, std::int64_t subject) {
    switch (kind) {
        case WorkKind::tell_children:
            return tell_children(change, releases, subject);
        case WorkKind::start_members:
            return start_members(releases, BatchId{subject});
        case WorkKind::delete_members:
            return delete_members(change, releases, BatchId{subject});
        case WorkKind::restore_members:
            return restore_members(change, releases, BatchId{subject});
    }
}

std::string what_fails(WorkKind kind, const std::string& subject) {
    switch (kind) {
        case WorkKind::tell_children:
            return "what waits for job or batch " + subject + " cannot be told that it has ended";
        case WorkKind::start_members:
            return "the members of batch " + subject + " cannot be started";
        case WorkKind::delete_members:
            return "the members of the cancelled batch " + subject + " cannot be deleted";
        case WorkKind::restore_members:
            break;
    }
    return "the members of batch " + subject + " cannot be brought back";
}

}  // namespace

std::size_t UnfinishedWork::go_on(Changes& changes, std::size_t limit) {
    std::optional<Piece> piece;
    TimePoint now;
    changes.database().read([&](Session& session) {
        now = session.now();
        piece = next(session);
    });
    if (!piece) return 0;
    try {
        changes.write([&](Change& change) {
            change.session.execute("work_delete", {{"kind", piece->kind}, {"subject", piece->subject}});
            Releases releases{change, limit};
            do_some(change, releases, static_cast<WorkKind>(piece->kind), piece->subject);
            releases.run();
        });
        const std::lock_guard lock{mutex_};
        failed_.erase(*piece);
    } catch (const StorageError& error) {
        using Kind = StorageError::Kind;
        if (error.kind() == Kind::unavailable || error.kind() == Kind::busy) throw;
        failed(*piece, now, error.what());
    } catch (const std::exception& error) {
        failed(*piece, now, error.what());
    }
    return limit;  // there may be more
}

// The next one after the last, of those that are not left alone for now.
std::optional<UnfinishedWork::Piece> UnfinishedWork::next(Session& session) {
    std::unique_lock lock{mutex_};
    const auto failed = failed_;
    const Piece last = last_;
    lock.unlock();
    const auto count = static_cast<long long>(failed.size() + kMostInTurn);
    const auto rows = session.rows<int, long long>("work_next", {{"count", count}});
    std::set<Piece> there;
    std::optional<Piece> first;
    std::optional<Piece> after_last;
    for (const auto& [kind, subject] : rows) {
        const Piece piece{kind, subject};
        there.insert(piece);
        const auto failure = failed.find(piece);
        if (failure != failed.end() && failure->second.next > session.now()) continue;
        if (!first) first = piece;
        if (!after_last && last < piece) after_last = piece;
    }
    // Those that somebody else has done.
    lock.lock();
    if (static_cast<long long>(rows.size()) < count)
        std::erase_if(failed_, [&](const auto& failure) { return !there.contains(failure.first); });
    const std::optional<Piece> chosen = after_last ? after_last : first;
    if (chosen) last_ = *chosen;
    return chosen;
}

// Told once.
void UnfinishedWork::failed(const Piece& piece, TimePoint now, const std::string& why) {
    const std::lock_guard lock{mutex_};
    const auto [failure, is_first] = failed_.try_emplace(piece, Failure{now + kFirstPause, kFirstPause});
    if (is_first) {
        const std::string subject = std::to_string(piece.subject);
        throw StorageError{
            StorageError::Kind::refused,
            what_fails(static_cast<WorkKind>(piece.kind), subject) + ": " + why +
                "; it is tried again, more and more rarely, and nothing else waits for it: see "
                "what is wrong there by 'jobhost batch show " +
                subject + "' or 'jobhost jobs show " + subject + "', and report this"};
    }
    failure->second.pause = std::min(failure->second.pause * 2, kLongestPause);
    failure->second.next = now + failure->second.pause;
}

}  // namespace jobhost::storage
