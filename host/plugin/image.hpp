// A plugin's file as an immutable private copy. The file in the folder is never loaded: whoever overwrites a
// mapped library kills the process, and whoever swaps it after the check runs other code than was checked.
#pragma once

#include "host/plugin/elf_check.hpp"
#include "host/plugin/trust.hpp"
#include "host/worker/descriptor.hpp"

#include <filesystem>
#include <string>

namespace jobhost::host {

// Immutable, so usable from any thread. Keep it as long as a worker of it may be started.
class PluginImage {
public:
    // Reads and checks the file, which nobody else can change (see TrustedFolder), and asks
    // `trust` whether it may run; runs none of its code. Blocks on the disk. Throws PluginRefused.
    static PluginImage open(const std::filesystem::path& file, const Trust& trust);

    // Asks again, as what `trust` rests on may have changed; `file` is the name for texts. Throws
    // PluginRefused.
    void check(const std::string& file, const Trust& trust) const;

    int descriptor() const noexcept { return memory_.get(); }  // a sealed memfd; stays ours
    // Another one of the same contents. Throws PluginRefused.
    worker::Descriptor copy() const;
    std::size_t size() const noexcept { return size_; }
    const std::string& digest() const noexcept { return digest_; }  // SHA-256, 64 hexadecimal digits
    const ElfReport& report() const noexcept { return report_; }
    // The text of its .minisig, and what it is signed as, if `trust` needed it signed.
    const std::optional<std::string>& signature() const noexcept { return signature_; }
    const std::optional<PluginIdentity>& signed_as() const noexcept { return signed_as_; }

private:
    PluginImage() = default;

    worker::Descriptor memory_;
    std::size_t size_ = 0;
    std::string digest_;
    ElfReport report_;
    std::optional<std::string> signature_;
    std::optional<PluginIdentity> signed_as_;
};

}  // namespace jobhost::host
