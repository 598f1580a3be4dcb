#include "host/execution/live_names.hpp"

#include <chrono>

namespace jobhost::host {

namespace {

constexpr BootTime kFreshness = std::chrono::seconds{1};

}  // namespace

TypeRegistry& LiveTypes::types() {
    const BootTime now = clock_.now();
    if (!read_at_ || now - *read_at_ >= kFreshness) {
        types_.replace_by(servers_.served_types());
        read_at_ = now;
    }
    return types_;
}

std::optional<int> LiveTypes::payload_version(const std::string& type) {
    return types().payload_version(type);
}

std::vector<std::string> LiveTypes::problems_of(const std::string& type, std::string_view arguments) {
    return types().problems_of(type, arguments);
}

bool LiveTypes::is_permitted(const std::string& type) {
    return !types().is_privileged(type);
}

std::string LiveTypes::unknown_text(const std::string& type) {
    return "no live server has the job type '" + type + "'" + types().nearest(type);
}

std::span<const storage::StoredDefinition> StoredDefinitions::all() {
    const BootTime now = clock_.now();
    if (!read_at_ || now - *read_at_ >= kFreshness) {
        all_ = store_.list();
        read_at_ = now;
    }
    return all_;
}

}  // namespace jobhost::host
