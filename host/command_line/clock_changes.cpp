#include "host/command_line/clock_changes.hpp"

#include "storage/model/time_text.hpp"

#include <string_view>

namespace jobhost::host {

namespace {

std::string_view kind_text(ClockChange::Kind kind) {
    using enum ClockChange::Kind;
    switch (kind) {
        case skipped:
            return "skipped";
        case repeated_once:
            return "repeated_once";
        case repeated_first:
            return "repeated_first";
        case repeated_second:
            return "repeated_second";
    }
    return "";
}

}  // namespace

std::string utc_text(TimePoint instant) {
    return to_text(instant).substr(0, 19) + "Z";
}

std::string text_of(const ClockChange& change) {
    const std::string stretch = change.begin + " to " + change.end;
    using enum ClockChange::Kind;
    switch (change.kind) {
        case skipped:
            return "the clock skips " + stretch + "; what was due then is due now";
        case repeated_once:
            return "the clock shows " + stretch + " twice; due the first time only";
        case repeated_first:
            return "the clock shows " + stretch + " twice; the first time";
        case repeated_second:
            return "the clock shows " + stretch + " twice; the second time";
    }
    return "";
}

boost::json::object to_json(const ClockChange& change, TimePoint at) {
    return {
        {"at", utc_text(at)}, {"kind", kind_text(change.kind)}, {"begin", change.begin}, {"end", change.end}};
}

}  // namespace jobhost::host
