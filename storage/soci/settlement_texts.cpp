#include "storage/soci/settlement_texts.hpp"

#include "storage/text.hpp"

#include <algorithm>
#include <utility>

namespace jobhost::storage {

namespace {

constexpr std::string_view kNote = "could not be stored";

// Text that a run leaves beside its result is bounded by the host; this is the bound of what is believed.
constexpr std::size_t kMostLog = std::size_t{8} << 20;
constexpr std::size_t kMostMessage = std::size_t{1} << 20;

}  // namespace

bool has_storable_texts(const Settlement& settlement) {
    if (const auto* succeeded = std::get_if<Succeeded>(&settlement.target))
        if (succeeded->result.size() > kMaxResultSize || !is_storable(succeeded->result)) return false;
    if (const auto& event = settlement.event)
        for (const std::string* text : {&event->error_code, &event->message, &event->by, &event->detail})
            if (text->size() > kMostMessage || !is_storable(*text)) return false;
    return std::all_of(settlement.log.begin(), settlement.log.end(), [](const LogChunk& chunk) {
        return chunk.lines.size() <= kMostLog && is_storable(chunk.lines);
    });
}

Settlement without_texts(const Settlement& settlement) {
    Settlement kept = settlement;
    if (auto* succeeded = std::get_if<Succeeded>(&kept.target); succeeded && !succeeded->result.empty())
        succeeded->result = "\"(its result " + std::string{kNote} + ")\"";
    if (kept.event) {
        kept.event->error_code = "unstorable";
        kept.event->message = "(its message " + std::string{kNote} + ")";
        kept.event->detail.clear();
        if (!is_storable(kept.event->by)) kept.event->by.clear();
    }
    kept.log.clear();
    return kept;
}

Settlement with_jobs_refused(const Settlement& settlement, const std::string& why) {
    Settlement kept = settlement;
    const auto refused = std::exchange(kept.if_refused, std::nullopt);
    kept.cause = refused->cause;
    kept.target = refused->target;
    kept.event = refused->event;
    kept.event->message += ": " + why;
    kept.jobs.clear();
    return kept;
}

SettlementBatch::SettlementBatch(std::span<const Settlement> given) : all_{given} {
    if (std::all_of(given.begin(), given.end(), has_storable_texts)) return;
    for (const Settlement& settlement : given) {
        const bool is_storable_whole = has_storable_texts(settlement);
        if (!is_storable_whole) without_texts_.push_back(mended_.size());
        mended_.push_back(is_storable_whole ? settlement : without_texts(settlement));
    }
    all_ = mended_;
}

std::size_t SettlementBatch::mutilated(std::span<const Moved> moved) const {
    return static_cast<std::size_t>(std::count_if(without_texts_.begin(), without_texts_.end(),
                                                  [&](std::size_t at) { return moved[at] == Moved::yes; }));
}

}  // namespace jobhost::storage
