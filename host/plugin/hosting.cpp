#include "host/plugin/hosting.hpp"

namespace jobhost::host {

namespace {

worker::Confinement::Profile profile_of(config::SandboxProfile profile) {
    switch (profile) {
        case config::SandboxProfile::none:
            return worker::Confinement::Profile::none;
        case config::SandboxProfile::standard:
            return worker::Confinement::Profile::standard;
        case config::SandboxProfile::strict:
            break;
    }
    return worker::Confinement::Profile::strict;
}

std::vector<std::string> texts_of(const std::vector<std::filesystem::path>& paths) {
    return {paths.begin(), paths.end()};
}

}  // namespace

worker::Confinement confinement_of(const config::PluginHosting& hosting) {
    return {.memory = hosting.limits.memory.value_or(0),
            .cpu_time = hosting.limits.cpu_time.value_or(Duration{}).count(),
            .descriptors = static_cast<std::uint64_t>(hosting.limits.descriptors),
            .profile = profile_of(hosting.sandbox.profile),
            .readable = texts_of(hosting.sandbox.readable),
            .writable = texts_of(hosting.sandbox.writable),
            .has_network = hosting.sandbox.network,
            .has_programs = hosting.sandbox.programs};
}

}  // namespace jobhost::host
