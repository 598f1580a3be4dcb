#include "host/worker/plugin_check.hpp"

#include "host/worker/json_text.hpp"
#include "host/worker/limits.hpp"
#include "host/worker/name_rules.hpp"
#include "host/worker/utf8.hpp"

#include <algorithm>
#include <cstddef>

namespace jobhost::worker {
namespace {

// Up to the last member that no plugin can do without.
constexpr std::size_t kLeastPlugin = offsetof(jobhost_plugin, job_types) + sizeof(jobhost_plugin::job_types);
constexpr std::size_t kLeastFilters = offsetof(jobhost_filter_api, after) + sizeof(jobhost_filter_api::after);
constexpr std::size_t kLeastJobType = offsetof(jobhost_job_type, run) + sizeof(jobhost_job_type::run);

std::string_view text_of(jobhost_text text, std::size_t most, const std::string& what) {
    if (!text.data && text.size > 0)
        throw Refusal{what + " is a NULL pointer with a size", "set its data, or its size to 0"};
    if (text.size > most)
        throw Refusal{what + " has " + std::to_string(text.size) + " bytes",
                      "keep it within " + std::to_string(most) + " bytes"};
    return {text.data, text.size};
}

std::string name_of(jobhost_text text, const std::string& what) {
    const std::string_view name = text_of(text, kMaxName, what);
    if (!is_name(name))
        throw Refusal{what + " is '" + clean_utf8(name) + "'",
                      "begin it with a letter a to z and go on with a to z, 0 to 9 and _"};
    return std::string{name};
}

std::string schema_of(jobhost_text text, const std::string& what) {
    const std::string_view schema = text_of(text, kMaxSchema, what);
    if (!schema.empty() && !is_json(schema))
        throw Refusal{what + " is not JSON", "write a JSON Schema, or leave it empty"};
    return std::string{schema};
}

// MAJOR.MINOR.PATCH, then anything that begins with - or +.
bool is_semantic_version(std::string_view text) noexcept {
    for (int part = 0; part < 3; ++part) {
        const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
        if (digits == 0) return false;
        text.remove_prefix(digits);
        if (part == 2) return text.empty() || text.front() == '-' || text.front() == '+';
        if (text.empty() || text.front() != '.') return false;
        text.remove_prefix(1);
    }
    return false;
}

TypeMessage check_type(const jobhost_job_type* type, std::uint32_t index) {
    const std::string number = "job type number " + std::to_string(index);
    if (!type) throw Refusal{number + " is a NULL pointer", "make job_type_count match job_types"};
    if (type->struct_size < kLeastJobType)
        throw Refusal{number + " has struct_size " + std::to_string(type->struct_size),
                      "set it to sizeof(jobhost_job_type)"};
    TypeMessage checked;
    checked.name = name_of(type->name, "the name of " + number);
    const std::string who = "job type " + checked.name;
    if (!type->run) throw Refusal{who + " has no run function", "set its member run"};
    checked.description =
        clean_utf8(text_of(type->description, kMaxDescription / 3, "the description of " + who));
    checked.arguments_schema = schema_of(type->arguments_schema, "the arguments_schema of " + who);
    checked.result_schema = schema_of(type->result_schema, "the result_schema of " + who);
    checked.flags = type->flags;
    checked.payload_version = std::max<std::uint32_t>(type->payload_version, 1);
    checked.accepts_from = checked.payload_version;
    if (JOBHOST_HAS(type, accepts_from)) checked.accepts_from = type->accepts_from;
    if (checked.accepts_from > checked.payload_version ||
        checked.payload_version - checked.accepts_from > kMaxOlderVersions)
        throw Refusal{
            "the accepts_from of " + who + " is " + std::to_string(checked.accepts_from),
            "make it at most payload_version, and at most " + std::to_string(kMaxOlderVersions) + " less"};
    if (checked.accepts_from < checked.payload_version && !JOBHOST_HAS(type, upgrade))
        throw Refusal{who + " accepts older payload versions and has no upgrade function",
                      "set its member upgrade, or accepts_from to 0"};
    if (type->default_timeout_us < 0)
        throw Refusal{"the default_timeout_us of " + who + " is negative", "use 0 for the host's"};
    if (type->default_timeout_us > kMaxTimeout)
        throw Refusal{"the default_timeout_us of " + who + " is longer than 100 years",
                      "give it in microseconds"};
    checked.default_timeout = type->default_timeout_us;
    return checked;
}

void check_abi(const jobhost_plugin& plugin) {
    if (plugin.struct_size < kLeastPlugin)
        throw Refusal{"its jobhost_plugin has struct_size " + std::to_string(plugin.struct_size),
                      "set it to sizeof(jobhost_plugin)"};
    if (plugin.abi_major != JOBHOST_ABI_MAJOR)
        throw Refusal{"it speaks ABI version " + std::to_string(plugin.abi_major) + ", this host speaks " +
                          std::to_string(JOBHOST_ABI_MAJOR),
                      "build it with the SDK of this host"};
    if (plugin.host_minor_required > JOBHOST_ABI_MINOR)
        throw Refusal{"it needs a host of ABI version " + std::to_string(JOBHOST_ABI_MAJOR) + "." +
                          std::to_string(plugin.host_minor_required) + ", this host has " +
                          std::to_string(JOBHOST_ABI_MAJOR) + "." + std::to_string(JOBHOST_ABI_MINOR),
                      "use a newer jobhost, or an older version of the plugin"};
}

}  // namespace

ReadyMessage check_plugin(const jobhost_plugin& plugin) {
    check_abi(plugin);
    ReadyMessage checked;
    checked.name = name_of(plugin.name, "the plugin's name");
    checked.version = text_of(plugin.version, kMaxVersion, "the plugin's version");
    if (!is_semantic_version(checked.version))
        throw Refusal{"the plugin's version is '" + clean_utf8(checked.version) + "'", "write it like 1.2.0"};
    if (plugin.job_type_count == 0) throw Refusal{"it offers no job type", "list at least one in job_types"};
    if (plugin.job_type_count > kMaxJobTypes)
        throw Refusal{"it claims " + std::to_string(plugin.job_type_count) + " job types",
                      "offer at most " + std::to_string(kMaxJobTypes)};
    if (!plugin.job_types)
        throw Refusal{"its job_types is a NULL pointer", "point it to the list of job types"};
    for (std::uint32_t i = 0; i < plugin.job_type_count; ++i) {
        TypeMessage type = check_type(plugin.job_types[i], i);
        for (const TypeMessage& other : checked.types)
            if (other.name == type.name)
                throw Refusal{"two job types are called " + type.name, "give each its own name"};
        checked.types.push_back(std::move(type));
    }
    if (encode(checked).size() > kMaxMessage)
        throw Refusal{"it describes itself in more than 4 MiB", "shorten the schemas"};
    return checked;
}

const jobhost_filter_api* check_filters(const void* answer) {
    const auto* filters = static_cast<const jobhost_filter_api*>(answer);
    if (!filters) return nullptr;
    // A filter that is left out in silence is worse than a plugin that is refused.
    if (filters->struct_size < kLeastFilters)
        throw Refusal{"its " JOBHOST_FILTER_ID " has struct_size " + std::to_string(filters->struct_size),
                      "set it to sizeof(jobhost_filter_api)"};
    if (!filters->before && !filters->after)
        throw Refusal{"its " JOBHOST_FILTER_ID " has neither before nor after",
                      "set one of them, or answer NULL from get_extension()"};
    return filters;
}

}  // namespace jobhost::worker
