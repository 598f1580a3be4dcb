// Where one key of a limit stands: how many of its slots are free, and when the next one opens.
#pragma once

#include "storage/model/limit.hpp"
#include "storage/soci/session.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace jobhost::storage {

// A bucket gets a slot back after each of these, in microseconds.
std::int64_t bucket_step(const Limit& limit);

// At the transaction's now, of a row that the transaction has locked. A slot is used up by a run: of a
// concurrent limit until it ends, of a rate from when it begins until its window is over. A slot of a rate
// that was handed to a job whose run has not begun yet is promised: it is nobody else's, and its time has not
// begun either.
class KeySlots {
public:
    struct Row {
        std::int64_t taken = 0;      // concurrent: by runs, and by who is to run next; of rates: promised
        std::int64_t given_out = 0;  // fixed window: in the one that `instant` lies in; sliding: ever
        std::int64_t instant = 0;    // when the last run began; of a bucket: when it is full again
        std::optional<std::int64_t> opens_at;  // when to look again; nothing: for nobody who could run
        friend bool operator==(const Row&, const Row&) = default;
    };
    // Without a limit: it was removed, everybody gets a slot, and nothing is counted. A clock that was set
    // back since then makes nobody wait for longer than a window.
    KeySlots(Session& session, std::string key, std::optional<Limit> limit, const Row& row);

    const std::string& key() const noexcept { return key_; }
    const Limit& limit() const noexcept { return limit_; }
    bool is_removed() const noexcept { return is_removed_; }
    bool is_rate() const noexcept { return limit_.kind != LimitKind::concurrent; }

    // Less than 0: the capacity is smaller than it was.
    std::int64_t free() const noexcept { return limit_.capacity - row_.taken - used_; }
    // When one is free at the earliest: if all that are promised are used at once. Nothing: when a run ends.
    std::optional<std::int64_t> opening();
    // Somebody waits, and it is time to look.
    bool is_due() const noexcept { return is_awaited_ && row_.opens_at && *row_.opens_at <= now_; }

    void take() { change_taken(1); }
    void let_go() { change_taken(-1); }
    // Of a rate: a run that was promised nothing.
    void begin();
    void set_awaited(bool is_awaited) { is_awaited_ = is_awaited; }

    // Finds out when to look again. True: that is sooner than it was.
    bool settle();
    // What has changed.
    const Row& row() const noexcept { return row_; }
    bool has_changed() const noexcept { return row_ != written_; }
    // Of a sliding window: how many of `given_out`, the last ones, have begun in this transaction.
    std::int64_t begun() const noexcept { return begun_; }
    void is_written();

private:
    std::int64_t used_at_first();
    std::int64_t next_of_sliding_window();
    void change_taken(int by);

    Session& session_;
    const std::string key_;
    const bool is_removed_;
    const Limit limit_;
    const std::int64_t now_;
    Row row_;
    Row written_;
    std::int64_t used_ = 0;  // of a rate, by runs that have begun
    std::int64_t begun_ = 0;
    bool is_awaited_ = false;
    std::optional<std::int64_t> next_;  // of sliding windows, until something changes
};

}  // namespace jobhost::storage
