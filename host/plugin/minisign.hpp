// Signatures that minisign has made. Ed25519 and BLAKE2b come from OpenSSL.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace jobhost::host {

// The trusted comment of `signature`, the text of a .minisig file, if it is one of `contents` by one of
// `public_keys`, each the second line of a .pub file. Takes signatures of the hash (ED) and those of the
// contents themselves (Ed, `minisign -l`). Throws PluginRefused. Any thread.
std::string trusted_comment(std::span<const std::byte> contents, const std::string& signature,
                            const std::vector<std::string>& public_keys);

}  // namespace jobhost::host
