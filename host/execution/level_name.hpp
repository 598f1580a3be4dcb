// The levels of log lines in words, as they are stored.
#pragma once

#include "host/plugin/worker_observer.hpp"

#include <string_view>

namespace jobhost::host {

constexpr std::string_view level_name(LogLevel level) noexcept {
    switch (level) {
        case LogLevel::debug:
            return "debug";
        case LogLevel::info:
            return "info";
        case LogLevel::warning:
            return "warning";
        case LogLevel::error:
            break;
    }
    return "error";
}

}  // namespace jobhost::host
