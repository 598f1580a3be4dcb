// The host's table in a test: facts, arguments, log, progress, stopping and outcome.
#pragma once

#include <jobhost/detail/testing/fake_extensions.hpp>
#include <jobhost/detail/testing/fake_run.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>

namespace jobhost::detail {

// Each function is that of the table with the same name.
struct FakeHostApi {
    static void log(jobhost_host*, jobhost_context* context, std::int32_t level, jobhost_text line) noexcept {
        if (!context || !is_sound(line)) return;
        FakeRun& run = FakeRun::of(context);
        const auto known = std::clamp<std::int32_t>(level, JOBHOST_LOG_DEBUG, JOBHOST_LOG_ERROR);
        const std::lock_guard lock(run.mutex);
        run.left.log.push_back(
            {static_cast<testing::Level>(known), clean_and_cut(to_view(line), 64 * kKilobyte)});
    }
    static const void* get_extension(jobhost_host*, jobhost_text id) noexcept {
        return is_sound(id) ? fake_extension(to_view(id)) : nullptr;
    }

    static std::int64_t job_id(jobhost_context* context) noexcept { return FakeRun::of(context).given.id; }
    static std::int64_t lease(jobhost_context* context) noexcept { return FakeRun::of(context).given.lease; }
    static std::uint32_t attempt(jobhost_context* context) noexcept {
        return FakeRun::of(context).given.attempt;
    }
    static std::int64_t scheduled_at(jobhost_context* context) noexcept {
        const auto& at = FakeRun::of(context).given.scheduled_at;
        if (!at) return 0;
        return std::chrono::floor<std::chrono::microseconds>(at->time_since_epoch()).count();
    }
    static jobhost_text idempotency_key(jobhost_context* context) noexcept {
        return to_text(FakeRun::of(context).idempotency_key);
    }
    static jobhost_text definition(jobhost_context* context) noexcept {
        return to_text(FakeRun::of(context).given.definition);
    }
    static jobhost_text arguments(jobhost_context* context) noexcept {
        return to_text(FakeRun::of(context).arguments_text);
    }

    // Finds the value at `pointer` and lets `use` look at it.
    template <class Use>
    static jobhost_status with_value(jobhost_context* context, jobhost_text pointer, const void* out,
                                     Use use) noexcept {
        if (!context || !out || !is_sound(pointer)) return JOBHOST_INVALID;
        try {
            const Json* value = FakeRun::of(context).arguments.find(to_view(pointer));
            return value && !value->is_null() ? use(*value) : JOBHOST_NOT_FOUND;
        } catch (const std::invalid_argument&) {
            return JOBHOST_INVALID;
        }
    }
    // Copies what `value` is if it is a `T`.
    template <class T, class Out>
    static jobhost_status copy(const Json& value, Out& out) noexcept {
        const T* found = value.as<T>();
        if (!found) return JOBHOST_WRONG_TYPE;
        out = *found;
        return JOBHOST_OK;
    }

    static jobhost_status get_integer(jobhost_context* context, jobhost_text pointer,
                                      std::int64_t* out) noexcept {
        return with_value(context, pointer, out, [&](const Json& value) {
            if (value.as<std::int64_t>()) return copy<std::int64_t>(value, *out);
            constexpr double kLimit = 9223372036854775808.0;  // 2^63, exactly
            const double* number = value.as<double>();
            if (!number || *number < -kLimit || *number >= kLimit || std::trunc(*number) != *number)
                return JOBHOST_WRONG_TYPE;
            *out = static_cast<std::int64_t>(*number);
            return JOBHOST_OK;
        });
    }
    static jobhost_status get_number(jobhost_context* context, jobhost_text pointer, double* out) noexcept {
        return with_value(context, pointer, out, [&](const Json& value) {
            const auto number = value.number();
            if (!number) return JOBHOST_WRONG_TYPE;
            *out = *number;
            return JOBHOST_OK;
        });
    }
    static jobhost_status get_boolean(jobhost_context* context, jobhost_text pointer,
                                      std::int32_t* out) noexcept {
        return with_value(context, pointer, out, [&](const Json& value) { return copy<bool>(value, *out); });
    }
    static jobhost_status get_string(jobhost_context* context, jobhost_text pointer,
                                     jobhost_text* out) noexcept {
        std::string_view text;
        const jobhost_status status = with_value(
            context, pointer, out, [&](const Json& value) { return copy<std::string>(value, text); });
        if (status == JOBHOST_OK) *out = to_text(text);
        return status;
    }
    static jobhost_status get_size(jobhost_context* context, jobhost_text pointer,
                                   std::uint32_t* out) noexcept {
        return with_value(context, pointer, out, [&](const Json& value) {
            const auto* list = value.as<Json::List>();
            const auto* object = value.as<Json::Object>();
            if (!list && !object) return JOBHOST_WRONG_TYPE;
            *out = static_cast<std::uint32_t>(list ? list->size() : object->size());
            return JOBHOST_OK;
        });
    }
    static jobhost_status get_json(jobhost_context* context, jobhost_text pointer,
                                   jobhost_text* out) noexcept {
        return with_value(context, pointer, out, [&](const Json& value) {
            *out = to_text(value.source);
            return JOBHOST_OK;
        });
    }
    static jobhost_status get_name(jobhost_context* context, jobhost_text pointer, std::uint32_t index,
                                   jobhost_text* out) noexcept {
        return with_value(context, pointer, out, [&](const Json& value) {
            const auto* object = value.as<Json::Object>();
            if (!object) return JOBHOST_WRONG_TYPE;
            if (index >= object->size()) return JOBHOST_NOT_FOUND;
            *out = to_text((*object)[index].name);
            return JOBHOST_OK;
        });
    }

    static jobhost_status progress(jobhost_context* context, double fraction, jobhost_text note) noexcept {
        if (std::isnan(fraction) || !is_sound(note)) return JOBHOST_INVALID;
        FakeRun& run = FakeRun::of(context);
        const std::lock_guard lock(run.mutex);
        run.left.progress.push_back({std::clamp(fraction, 0.0, 1.0), clean_and_cut(to_view(note), 200)});
        return JOBHOST_OK;
    }
    static std::uint32_t stop_requested(jobhost_context* context) noexcept {
        FakeRun& run = FakeRun::of(context);
        const std::lock_guard lock(run.mutex);
        return run.look();
    }
    static std::uint32_t wait_for_stop(jobhost_context* context, std::int64_t timeout_us) noexcept {
        FakeRun& run = FakeRun::of(context);
        const std::lock_guard lock(run.mutex);
        return run.wait(std::chrono::microseconds(timeout_us));
    }
    static jobhost_status set_result(jobhost_context* context, jobhost_text json) noexcept {
        if (json.size > 64 * kKilobyte) return JOBHOST_LIMIT;
        if (!is_sound(json) || !is_json(to_view(json))) return JOBHOST_INVALID;
        FakeRun& run = FakeRun::of(context);
        const std::lock_guard lock(run.mutex);
        run.result = to_view(json);
        return JOBHOST_OK;
    }
    static jobhost_status set_error(jobhost_context* context, jobhost_text code,
                                    jobhost_text message) noexcept {
        constexpr std::size_t kMostOfCode = 100;
        if (!is_sound(code) || !is_sound(message)) return JOBHOST_INVALID;
        if (code.size > kMostOfCode) return JOBHOST_LIMIT;
        FakeRun& run = FakeRun::of(context);
        const std::lock_guard lock(run.mutex);
        run.left.error_code = clean_and_cut(to_view(code), kMostOfCode);
        run.left.error_message = clean_and_cut(to_view(message), 8 * kKilobyte);
        return JOBHOST_OK;
    }
};

inline const jobhost_host_api& fake_host_api() noexcept {
    using Fake = FakeHostApi;
    static constexpr jobhost_host_api api{sizeof(jobhost_host_api),
                                          JOBHOST_ABI_MAJOR,
                                          JOBHOST_ABI_MINOR,
                                          {"0.0.0", 5},
                                          &Fake::log,
                                          &Fake::get_extension,
                                          &Fake::job_id,
                                          &Fake::lease,
                                          &Fake::attempt,
                                          &Fake::scheduled_at,
                                          &Fake::idempotency_key,
                                          &Fake::definition,
                                          &Fake::arguments,
                                          &Fake::get_integer,
                                          &Fake::get_number,
                                          &Fake::get_boolean,
                                          &Fake::get_string,
                                          &Fake::get_size,
                                          &Fake::get_json,
                                          &Fake::get_name,
                                          &Fake::progress,
                                          &Fake::stop_requested,
                                          &Fake::wait_for_stop,
                                          &Fake::set_result,
                                          &Fake::set_error};
    return api;
}

}  // namespace jobhost::detail
