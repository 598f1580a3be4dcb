#include "host/plugin/trust.hpp"

#include "host/plugin/allowlist.hpp"
#include "host/plugin/minisign.hpp"
#include "host/plugin/plugin_refused.hpp"
#include "storage/model/semantic_version.hpp"

#include <array>
#include <charconv>
#include <pwd.h>
#include <sstream>

namespace jobhost::host {

namespace {

constexpr const char* kSignAgain = "sign it as jobhost plugins inspect shows";

struct Comment {
    PluginIdentity plugin;
    std::string digest;
};

Comment parse(const std::string& comment) {
    std::istringstream words{comment};
    std::string word;
    Comment parsed;
    words >> word;
    for (const auto& [key, value] : {std::pair{"plugin=", &parsed.plugin.name},
                                     {"version=", &parsed.plugin.version},
                                     {"sha256=", &parsed.digest}}) {
        const std::string_view wanted = key;
        words >> word;
        if (word.starts_with(wanted)) *value = word.substr(wanted.size());
    }
    if (comment_to_sign(parsed.plugin, parsed.digest) != comment)
        throw PluginRefused{"the trusted comment of its signature does not say which plugin it is",
                            kSignAgain};
    return parsed;
}

std::optional<uid_t> number_of(const std::string& user) {
    std::array<char, 4096> buffer{};
    passwd entry{};
    passwd* found = nullptr;
    if (getpwnam_r(user.c_str(), &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr)
        return found->pw_uid;
    uid_t number = 0;
    const char* const end = user.data() + user.size();
    const auto [read, error] = std::from_chars(user.data(), end, number);
    return error == std::errc{} && read == end ? std::optional{number} : std::nullopt;
}

std::string text_of(const PluginIdentity& plugin) {
    return plugin.name + " " + plugin.version;
}

}  // namespace

std::string comment_to_sign(const PluginIdentity& plugin, const std::string& digest) {
    return "jobhost plugin=" + plugin.name + " version=" + plugin.version + " sha256=" + digest;
}

Trust::Trust(config::TrustSettings settings) : settings_{std::move(settings)} {
    for (const std::string& user : settings_.users)
        if (const auto number = number_of(user)) owners_.push_back(*number);
}

std::optional<PluginIdentity> Trust::check(const std::string& file, std::span<const std::byte> contents,
                                           const std::string& digest,
                                           const std::optional<std::string>& signature) const {
    switch (settings_.policy) {
        case config::TrustPolicy::owner:
            return std::nullopt;
        case config::TrustPolicy::allowlist:
            check_listed(settings_.allowlist, owners_, file, digest);
            return std::nullopt;
        case config::TrustPolicy::signature:
            return check_signed(file, contents, digest, signature);
    }
    return std::nullopt;
}

PluginIdentity Trust::check_signed(const std::string& file, std::span<const std::byte> contents,
                                   const std::string& digest,
                                   const std::optional<std::string>& signature) const {
    if (!signature)
        throw PluginRefused{"it is not signed: there is no " + file + kSignatureEnding + " beside it",
                            kSignAgain};
    const Comment comment = parse(trusted_comment(contents, *signature, settings_.public_keys));
    if (comment.digest != digest)
        throw PluginRefused{"the trusted comment of its signature names other contents", kSignAgain};
    check_version(comment.plugin);
    return comment.plugin;
}

void Trust::check_identity(const PluginIdentity& plugin,
                           const std::optional<PluginIdentity>& signed_as) const {
    if (signed_as && (signed_as->name != plugin.name || signed_as->version != plugin.version))
        throw PluginRefused{"it is " + text_of(plugin) + ", and signed as " + text_of(*signed_as),
                            kSignAgain};
    check_version(plugin);
}

void Trust::check_version(const PluginIdentity& plugin) const {
    const auto least = settings_.minimum_versions.find(plugin.name);
    if (least == settings_.minimum_versions.end()) return;
    const auto version = SemanticVersion::parse(plugin.version);
    if (!version || *version < SemanticVersion::parse(least->second))
        throw PluginRefused{"it is " + text_of(plugin) + ", and plugins.trust.minimum_versions wants " +
                                least->second + " at least",
                            "put a newer version there"};
}

std::vector<std::filesystem::path> Trust::grounds(const std::filesystem::path& file) const {
    switch (settings_.policy) {
        case config::TrustPolicy::owner:
            return {};
        case config::TrustPolicy::allowlist:
            return {settings_.allowlist};
        case config::TrustPolicy::signature:
            return {file.string() + kSignatureEnding};
    }
    return {};
}

}  // namespace jobhost::host
