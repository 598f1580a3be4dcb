#include "tests/storage/model_store/model_database.hpp"

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

LaneId ModelDatabase::lane_of(const NewJob& job) {
    for (const Lane& lane : lanes)
        if (lane.queue == job.queue && lane.type == job.type && lane.payload_version == job.payload_version)
            return lane.id;
    const LaneId id{static_cast<std::int64_t>(lanes.size()) + 1};
    lanes.push_back({id, job.queue, job.type, job.payload_version});
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

bool is_expired(const JobRecord& job, TimePoint now) {
    return job.seen.expires_at && *job.seen.expires_at <= now;
}

void expire(JobRecord& job, TimePoint now) {
    job.seen.state = Deleted{now, Reason::expired};
    job.seen.finished_at = now;
}

void enqueue(JobRecord& job, TimePoint now) {
    job.enqueued_at = now;
    job.order_key = (now - job.seen.priority * kAgeing).time_since_epoch().count();
    job.seen.state = Enqueued{now};
}

}  // namespace jobhost::storage::model
