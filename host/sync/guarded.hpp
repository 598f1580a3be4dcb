// A value and the mutex that guards it, as one thing.
#pragma once

#include <functional>
#include <mutex>
#include <utility>

namespace jobhost::host {

// The value can be reached only with its lock held. Never call out of jobhost from inside with().
template <class T>
class Guarded {
public:
    template <class Use>
    decltype(auto) with(Use&& use) {
        const std::lock_guard lock{mutex_};
        return std::invoke(std::forward<Use>(use), value_);
    }

private:
    std::mutex mutex_;
    T value_{};
};

}  // namespace jobhost::host
