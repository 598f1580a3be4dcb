#include "tests/storage/model_store/model_database.hpp"

#include "storage/storage_error.hpp"

#include <sys/eventfd.h>

#include <cerrno>
#include <system_error>
#include <unistd.h>

namespace jobhost::storage::model {

namespace {

constexpr Duration kAgeing = std::chrono::seconds{1};  // what a point of priority is worth

}  // namespace

Bell::Bell() : descriptor_{::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)} {
    if (descriptor_ < 0) throw std::system_error{errno, std::generic_category(), "eventfd"};
}

Bell::~Bell() {
    ::close(descriptor_);
}

void Bell::ring() const noexcept {
    ::eventfd_write(descriptor_, 1);
}

bool Bell::silence() const noexcept {
    eventfd_t count = 0;
    return ::eventfd_read(descriptor_, &count) == 0;
}

bool ModelDatabase::is_live(ServerId server) const {
    const auto found = servers.find(server);
    return found != servers.end() && found->second.info.state == ServerState::live;
}

LaneId ModelDatabase::lane_of(const QueueName& queue, const std::string& type, int payload_version) {
    for (const Lane& lane : lanes)
        if (lane.queue == queue && lane.type == type && lane.payload_version == payload_version)
            return lane.id;
    const LaneId id{static_cast<std::int64_t>(lanes.size()) + 1};
    lanes.push_back({id, queue, type, payload_version});
    return id;
}

const DefinitionRecord* ModelDatabase::find_definition(DefinitionId id) const {
    for (const auto& [name, record] : definitions)
        if (record.stored.id == id) return &record;
    return nullptr;
}

void Opened::ring_others() {
    for (const auto& [listener, bell] : database->bells)
        if (const auto alive = bell.lock(); alive && listener != number) alive->ring();
}

void demand(bool holds, const std::string& otherwise) {
    if (!holds) throw StorageError{StorageError::Kind::refused, otherwise};
}

std::int64_t order_key_of(const JobRecord& job) {
    return (job.enqueued_at - job.seen.priority * kAgeing).time_since_epoch().count();
}

void become(JobRecord& job, State state) {
    job.seen.state = std::move(state);
    job.seen.finished_at.reset();
    if (const auto* success = std::get_if<Succeeded>(&job.seen.state))
        job.seen.finished_at = success->finished_at;
    else if (const auto* failure = std::get_if<Failed>(&job.seen.state))
        job.seen.finished_at = failure->finished_at;
    else if (const auto* deletion = std::get_if<Deleted>(&job.seen.state))
        job.seen.finished_at = deletion->finished_at;
    if (job.state() != StateName::awaiting) job.seen.parked_on.reset();
    if (job.state() != StateName::enqueued && job.state() != StateName::processing) job.slots.clear();
    if (is_final(job.state())) job.holds_key = false;
    if (job.state() == StateName::succeeded) {
        job.saved = {};
        job.calls.clear();
    }
}

void enqueue(JobRecord& job, TimePoint now) {
    job.enqueued_at = now;
    job.order_key = order_key_of(job);
    job.slots.clear();
    become(job, Enqueued{now});
}

void enqueue_again(JobRecord& job) {
    job.slots.clear();
    become(job, Enqueued{job.enqueued_at});
}

bool is_expired(const JobRecord& job, TimePoint now) {
    return job.seen.expires_at && *job.seen.expires_at <= now;
}

bool end_unless_wanted(JobRecord& job, TimePoint now) {
    if (job.seen.cancel_requested_at)
        become(job, Deleted{now, Reason::cancelled});
    else if (is_expired(job, now))
        become(job, Deleted{now, Reason::expired});
    return is_final(job.state());
}

}  // namespace jobhost::storage::model
