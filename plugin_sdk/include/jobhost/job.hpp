// Write jobs in C++20: include this, write classes, name them in JOBHOST_PLUGIN. Compiled into the plugin and
// talking to the host through the C table only; needs no library.
//
// A job is a default-constructible class; each run makes its own object, on any thread, several at once.
//
//     struct Resize {  // in the plugin "images"
//         static constexpr std::string_view name = "resize";  // the job type is images.resize
//         void run(jobhost::JobContext& context, const ResizeArguments& arguments);
//
//         // These may be left out.
//         static constexpr std::string_view description = "Scale an image";
//         static constexpr std::chrono::seconds timeout{30};  // any duration; the host has a default
//         static constexpr std::uint32_t flags = JOBHOST_JOB_IDEMPOTENT;  // JOBHOST_JOB_ bits
//         static constexpr std::uint32_t payload_version = 1;  // raise it when old arguments no longer fit
//         static constexpr std::uint32_t accepts_from = 1;  // the oldest version that upgrade() takes
//         static std::string upgrade(std::uint32_t from, std::string_view json);  // returns today's
//         arguments static constexpr std::string_view result_schema = "{}";  // JSON Schema of the result
//     };
//
// run() takes the arguments' struct or only the context, and returns nothing, or text: its result, as JSON.
// It says how it failed by throwing (jobhost/errors.hpp).
#pragma once

#include <jobhost/arguments.hpp>
#include <jobhost/context.hpp>
#include <jobhost/detail/registry.hpp>
#include <jobhost/errors.hpp>
#include <jobhost/filters.hpp>
#include <jobhost/json_text.hpp>
#include <jobhost/plugin.h>

// Once per plugin, at file scope: JOBHOST_PLUGIN("images", "1.2.0", Resize, Reindex);
// The name is [a-z][a-z0-9_]*, the version a semantic one. Both are string literals. What shall surround each
// run stands before the jobs: jobhost::Filters<Timing, Audit> (jobhost/filters.hpp).
#define JOBHOST_PLUGIN(name, version, ...)                                                               \
    static_assert(::jobhost::detail::is_name(name), "a plugin's name is [a-z][a-z0-9_]*");               \
    JOBHOST_DEFINE_TAG();                                                                                \
    /* Declared first, for -Wmissing-declarations. */                                                    \
    extern "C" JOBHOST_EXPORT const jobhost_plugin* JOBHOST_CALL jobhost_plugin_entry_v1(                \
        const jobhost_host_api* api);                                                                    \
    extern "C" const jobhost_plugin* JOBHOST_CALL jobhost_plugin_entry_v1(const jobhost_host_api* api) { \
        if (api == nullptr || api->abi_major != JOBHOST_ABI_MAJOR) return nullptr;                       \
        /* catch (...) because the schemas are built here, and nothing may unwind into the host. */      \
        try {                                                                                            \
            static const ::jobhost::detail::Listed<__VA_ARGS__>::Registry registry(name, version);       \
            return registry.plugin();                                                                    \
        } catch (...) {                                                                                  \
            return nullptr;                                                                              \
        }                                                                                                \
    }                                                                                                    \
    static_assert(true, "so that a semicolon may follow")
