// The tables that a plugin shows to the host, made from its job classes.
#pragma once

#include <jobhost/detail/filters.hpp>
#include <jobhost/detail/names.hpp>
#include <jobhost/detail/run.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace jobhost::detail {

// `schema` must outlive what is returned.
template <class Job>
jobhost_job_type describe(std::string& schema) {
    static_assert(is_name(Job::name), "a job's name is [a-z][a-z0-9_]*, without the plugin's");
    jobhost_job_type type{};
    type.struct_size = sizeof type;
    type.name = to_text(Job::name);
    if constexpr (requires { Job::description; }) type.description = to_text(Job::description);
    if constexpr (requires { Job::result_schema; }) type.result_schema = to_text(Job::result_schema);
    if constexpr (requires { Job::flags; }) type.flags = Job::flags;
    if constexpr (requires { Job::payload_version; }) type.payload_version = Job::payload_version;
    if constexpr (requires { Job::timeout; })
        type.default_timeout_us = std::chrono::ceil<std::chrono::microseconds>(Job::timeout).count();
    if constexpr (!std::is_void_v<Arguments<Job>>) {
        schema = schema_of<Arguments<Job>>();
        type.arguments_schema = to_text(schema);
    }
    type.run = &run_job<Job>;
    if constexpr (requires { Job::accepts_from; }) {
        static_assert(
            requires { Job::payload_version; }, "accepts_from goes with a payload_version");
        static_assert(Job::accepts_from <= Job::payload_version,
                      "accepts_from is older than payload_version");
        type.accepts_from = Job::accepts_from;
        type.upgrade = &upgrade_job<Job>;
    }
    return type;
}

inline jobhost_status JOBHOST_CALL init(jobhost_host* self, const jobhost_host_api* api) noexcept {
    if (!api) return JOBHOST_INVALID;
    adopt(self, *api);
    return JOBHOST_OK;
}

inline void JOBHOST_CALL shutdown() noexcept {
    host = Host{};
}

// Static storage; neither copied nor moved, because its tables point into each other.
template <class Filters, class... Jobs>
class Registry {
public:
    Registry(std::string_view name, std::string_view version) : types_{}, pointers_{}, plugin_{} {
        static_assert(sizeof...(Jobs) > 0, "a plugin has at least one job");
        static_assert(are_distinct(std::array{std::string_view(Jobs::name)...}),
                      "two jobs have the same name");
        std::size_t i = 0;
        ((types_[i] = describe<Jobs>(schemas_[i]), pointers_[i] = &types_[i], ++i), ...);
        plugin_.struct_size = sizeof plugin_;
        plugin_.abi_major = JOBHOST_ABI_MAJOR;
        plugin_.abi_minor = JOBHOST_ABI_MINOR;
        plugin_.name = to_text(name);
        plugin_.version = to_text(version);
        plugin_.job_type_count = sizeof...(Jobs);
        plugin_.job_types = pointers_.data();
        plugin_.init = &init;
        plugin_.shutdown = &shutdown;
        plugin_.get_extension = &get_extension<Filters>;
    }
    Registry(const Registry&) = delete;
    Registry& operator=(const Registry&) = delete;

    const jobhost_plugin* plugin() const noexcept { return &plugin_; }

private:
    std::array<std::string, sizeof...(Jobs)> schemas_;
    std::array<jobhost_job_type, sizeof...(Jobs)> types_;
    std::array<const jobhost_job_type*, sizeof...(Jobs)> pointers_;
    jobhost_plugin plugin_;
};

// What JOBHOST_PLUGIN lists: filters, if any, then jobs.
template <class... Jobs>
struct Listed {
    using Registry = detail::Registry<Filters<>, Jobs...>;
};
template <class... List, class... Jobs>
struct Listed<Filters<List...>, Jobs...> {
    using Registry = detail::Registry<Filters<List...>, Jobs...>;
};

}  // namespace jobhost::detail
