// The clock that schedules, pauses and delays go by.
#pragma once

#include "storage/storage.hpp"

namespace jobhost::host {

// Shows what the clock of a database shows, whatever the machine's own does. Asks once.
class DatabaseClock final : public Clock {
public:
    // Throws StorageError.
    explicit DatabaseClock(storage::Storage& storage) : read_{storage.now()} {}
    TimePoint now() const noexcept override {
        return read_ + std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - since_);
    }

private:
    std::chrono::steady_clock::time_point since_ = std::chrono::steady_clock::now();
    TimePoint read_;
};

}  // namespace jobhost::host
