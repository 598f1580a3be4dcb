#include "host/execution/unwritten.hpp"

#include "host/execution/job_weight.hpp"

#include <iterator>
#include <utility>

namespace jobhost::host {

namespace {

// What only a few bytes are in is counted as this much, so that many small ones count, too.
constexpr std::size_t kOverhead = 256;

std::size_t size_of(const storage::LogChunk& chunk) {
    return kOverhead + chunk.lines.size();
}

std::size_t size_of(const storage::Settlement& settlement) {
    std::size_t size = kOverhead;
    if (const auto* succeeded = std::get_if<Succeeded>(&settlement.target)) size += succeeded->result.size();
    if (settlement.event) size += settlement.event->error_code.size() + settlement.event->message.size();
    for (const storage::LogChunk& chunk : settlement.log)
        size += size_of(chunk);
    for (const NewJob& job : settlement.jobs)
        size += kOverhead + weight_of(job);
    return size;
}

template <class Item>
void prepend(std::vector<Item>& to, std::vector<Item>&& items) {
    items.insert(items.end(), std::make_move_iterator(to.begin()), std::make_move_iterator(to.end()));
    to = std::move(items);
}

}  // namespace

void Unwritten::add(storage::Settlement settlement) {
    ++results_;
    bytes_ += size_of(settlement);
    waiting_.settlements.push_back(std::move(settlement));
}

bool Unwritten::add(storage::LogChunk chunk) {
    if (bytes_ >= kMostBytes) return false;
    ++chunks_;
    bytes_ += size_of(chunk);
    waiting_.log.push_back(std::move(chunk));
    return true;
}

Unwritten::Batch Unwritten::take() {
    return std::exchange(waiting_, {});
}

void Unwritten::written(const Batch& batch) {
    results_ -= batch.settlements.size();
    chunks_ -= batch.log.size();
    for (const storage::Settlement& settlement : batch.settlements)
        bytes_ -= size_of(settlement);
    for (const storage::LogChunk& chunk : batch.log)
        bytes_ -= size_of(chunk);
}

void Unwritten::put_back(Batch batch) {
    prepend(waiting_.settlements, std::move(batch.settlements));
    prepend(waiting_.log, std::move(batch.log));
}

}  // namespace jobhost::host
