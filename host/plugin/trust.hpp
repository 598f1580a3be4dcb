// Which plugins may run: those of the policy that the host file names. That nobody else can change their
// files is seen to when they are opened, by TrustedFolder.
#pragma once

#include "config/settings.hpp"
#include "host/plugin/trusted_path.hpp"

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace jobhost::host {

// The signature of images.so lies beside it as images.so.minisig.
inline constexpr const char* kSignatureEnding = ".minisig";
inline constexpr std::size_t kLargestSignature = 4096;

// A plugin by its name and version.
struct PluginIdentity {
    std::string name;
    std::string version;  // a semantic one
};

// The trusted comment under which a plugin has to be signed. It names what is signed, so that an older
// version cannot be passed off as another plugin, or as a newer one.
std::string comment_to_sign(const PluginIdentity& plugin, const std::string& digest);

// A value. Any thread.
class Trust {
public:
    Trust() = default;  // whatever nobody else can change may run
    // A user whose name nobody has counts for nothing.
    explicit Trust(config::TrustSettings settings);

    // Whose files count; for TrustedFolder.
    const Owners& owners() const noexcept { return owners_; }

    bool needs_signature() const noexcept { return settings_.policy == config::TrustPolicy::signature; }

    // Throws PluginRefused unless these contents may run. `file` is the file's name, for texts; `digest`
    // their SHA-256; `signature` the text of the .minisig, looked at only if needed. What they are signed as,
    // under that policy. Reads the allowlist, if that counts, anew.
    std::optional<PluginIdentity> check(const std::string& file, std::span<const std::byte> contents,
                                        const std::string& digest,
                                        const std::optional<std::string>& signature) const;

    // Once a plugin has said who it is: throws PluginRefused if it is too old, or signed as another.
    void check_identity(const PluginIdentity& plugin, const std::optional<PluginIdentity>& signed_as) const;

    // The files, apart from `file` itself, that decide whether it may run: when one of them changes, a
    // refusal may be over.
    std::vector<std::filesystem::path> grounds(const std::filesystem::path& file) const;

private:
    PluginIdentity check_signed(const std::string& file, std::span<const std::byte> contents,
                                const std::string& digest, const std::optional<std::string>& signature) const;
    void check_version(const PluginIdentity& plugin) const;

    config::TrustSettings settings_;
    Owners owners_;
};

}  // namespace jobhost::host
