#include "host/worker/host_api_arguments.hpp"

#include "host/worker/run_context.hpp"

#include <cmath>
#include <limits>

namespace jobhost::worker {
namespace {

namespace json = boost::json;

// Finds the value at `pointer` and lets `use` look at it.
template <class Use>
jobhost_status with_value(jobhost_context* context, jobhost_text pointer, const void* out, Use use) noexcept {
    if (!context || !out || (!pointer.data && pointer.size > 0)) return JOBHOST_INVALID;
    // Nothing may unwind into the plugin; what can be thrown here is "out of memory".
    try {
        const json::value* value = nullptr;
        switch (context->arguments.find({pointer.data, pointer.size}, value)) {
            case Found::yes:
                return use(*value);
            case Found::no:
                return JOBHOST_NOT_FOUND;
            case Found::bad_pointer:
            case Found::bad_json:
                break;
        }
        return JOBHOST_INVALID;
    } catch (const std::exception&) {
        return JOBHOST_LIMIT;
    }
}

// 2^63 as a double is exact, so that the comparison below is too.
bool is_whole_and_fits(double number) noexcept {
    constexpr double kLimit = 9223372036854775808.0;
    return number >= -kLimit && number < kLimit && std::trunc(number) == number;
}

jobhost_status integer_of(const json::value& value, int64_t* out) noexcept {
    if (value.is_int64())
        *out = value.get_int64();
    else if (value.is_double() && is_whole_and_fits(value.get_double()))
        *out = static_cast<int64_t>(value.get_double());
    else
        return JOBHOST_WRONG_TYPE;
    return JOBHOST_OK;
}

jobhost_status number_of(const json::value& value, double* out) noexcept {
    if (value.is_double())
        *out = value.get_double();
    else if (value.is_int64())
        *out = static_cast<double>(value.get_int64());
    else if (value.is_uint64())
        *out = static_cast<double>(value.get_uint64());
    else
        return JOBHOST_WRONG_TYPE;
    return JOBHOST_OK;
}

jobhost_text borrow(json::string_view text) noexcept {
    return {text.data(), text.size()};
}

}  // namespace

jobhost_status get_integer(jobhost_context* context, jobhost_text pointer, int64_t* out) noexcept {
    return with_value(context, pointer, out,
                      [&](const json::value& value) { return integer_of(value, out); });
}

jobhost_status get_number(jobhost_context* context, jobhost_text pointer, double* out) noexcept {
    return with_value(context, pointer, out, [&](const json::value& value) { return number_of(value, out); });
}

jobhost_status get_boolean(jobhost_context* context, jobhost_text pointer, int32_t* out) noexcept {
    return with_value(context, pointer, out, [&](const json::value& value) -> jobhost_status {
        if (!value.is_bool()) return JOBHOST_WRONG_TYPE;
        *out = value.get_bool() ? 1 : 0;
        return JOBHOST_OK;
    });
}

jobhost_status get_string(jobhost_context* context, jobhost_text pointer, jobhost_text* out) noexcept {
    return with_value(context, pointer, out, [&](const json::value& value) -> jobhost_status {
        if (!value.is_string()) return JOBHOST_WRONG_TYPE;
        *out = borrow(value.get_string());
        return JOBHOST_OK;
    });
}

jobhost_status get_size(jobhost_context* context, jobhost_text pointer, uint32_t* out) noexcept {
    return with_value(context, pointer, out, [&](const json::value& value) -> jobhost_status {
        if (value.is_array())
            *out = static_cast<uint32_t>(value.get_array().size());
        else if (value.is_object())
            *out = static_cast<uint32_t>(value.get_object().size());
        else
            return JOBHOST_WRONG_TYPE;
        return JOBHOST_OK;
    });
}

jobhost_status get_json(jobhost_context* context, jobhost_text pointer, jobhost_text* out) noexcept {
    return with_value(context, pointer, out, [&](const json::value& value) -> jobhost_status {
        const std::string_view text = context->arguments.serialize(value);
        *out = {text.data(), text.size()};
        return JOBHOST_OK;
    });
}

jobhost_status get_name(jobhost_context* context, jobhost_text pointer, uint32_t index,
                        jobhost_text* out) noexcept {
    return with_value(context, pointer, out, [&](const json::value& value) -> jobhost_status {
        if (!value.is_object()) return JOBHOST_WRONG_TYPE;
        const json::object& object = value.get_object();
        if (index >= object.size()) return JOBHOST_NOT_FOUND;
        *out = borrow((object.begin() + index)->key());
        return JOBHOST_OK;
    });
}

}  // namespace jobhost::worker
