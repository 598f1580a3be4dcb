#include "host/plugin/minisign.hpp"

#include "host/plugin/plugin_refused.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <memory>
#include <stdexcept>
#include <string_view>

namespace jobhost::host {

namespace {

// Where what is in a key or a signature begins.
constexpr std::size_t kAlgorithm = 2;
constexpr std::size_t kKeyNumber = 8;
constexpr std::size_t kPublicKey = 32;
constexpr std::size_t kSignature = 64;
constexpr std::string_view kOfTheHash = "ED";
constexpr std::string_view kOfTheContents = "Ed";

struct Parts {
    std::string algorithm;
    std::string key_number;
    std::string rest;  // the key or the signature
};

struct SignatureFile {
    Parts signature;
    std::string comment;
    std::string of_the_comment;  // a signature of the first one and the comment
};

[[noreturn]] void refuse(const std::string& reason) {
    throw PluginRefused{reason, "sign the file again with minisign, and put its .minisig beside it"};
}

// Empty unless it is base64 as minisign writes it, down to the last bit.
std::string from_base64(std::string_view text) {
    const auto* in = reinterpret_cast<const unsigned char*>(text.data());
    std::string bytes(text.size(), '\0');
    const int size =
        EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()), in, static_cast<int>(text.size()));
    const std::size_t padding = text.size() - std::min(text.find('='), text.size());
    if (size <= 0 || padding > 2) return {};
    bytes.resize(static_cast<std::size_t>(size) - padding);
    std::string again(text.size() + 1, '\0');
    EVP_EncodeBlock(reinterpret_cast<unsigned char*>(again.data()),
                    reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
    again.pop_back();
    return again == text ? bytes : std::string{};
}

Parts parts_of(const std::string& bytes) {
    return {bytes.substr(0, kAlgorithm), bytes.substr(kAlgorithm, kKeyNumber),
            bytes.substr(kAlgorithm + kKeyNumber)};
}

std::string_view next_line(std::string_view& rest) {
    const std::size_t end = rest.find('\n');
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

SignatureFile parse(std::string_view text) {
    constexpr std::string_view kUntrusted = "untrusted comment: ";
    constexpr std::string_view kTrusted = "trusted comment: ";
    const bool is_untrusted = next_line(text).starts_with(kUntrusted);
    const std::string signature = from_base64(next_line(text));
    const std::string_view comment = next_line(text);
    const std::string of_the_comment = from_base64(next_line(text));
    if (!is_untrusted || !comment.starts_with(kTrusted) || !text.empty() ||
        signature.size() != kAlgorithm + kKeyNumber + kSignature || of_the_comment.size() != kSignature)
        refuse("its signature is none of minisign, or cut off");
    return {parts_of(signature), std::string{comment.substr(kTrusted.size())}, of_the_comment};
}

std::string blake2b(std::span<const std::byte> contents) {
    std::array<char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    if (EVP_Digest(contents.data(), contents.size(), reinterpret_cast<unsigned char*>(digest.data()), &size,
                   EVP_blake2b512(), nullptr) != 1)
        throw std::runtime_error{"BLAKE2b is not available in OpenSSL"};
    return {digest.data(), size};
}

bool is_signed(std::string_view message, const std::string& signature, const std::string& key) {
    const auto bytes = [](std::string_view text) {
        return reinterpret_cast<const unsigned char*>(text.data());
    };
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> public_key{
        EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes(key), key.size()), &EVP_PKEY_free};
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> check{EVP_MD_CTX_new(), &EVP_MD_CTX_free};
    return public_key && check &&
           EVP_DigestVerifyInit(check.get(), nullptr, nullptr, nullptr, public_key.get()) == 1 &&
           EVP_DigestVerify(check.get(), bytes(signature), signature.size(), bytes(message),
                            message.size()) == 1;
}

}  // namespace

std::string trusted_comment(std::span<const std::byte> contents, const std::string& signature,
                            const std::vector<std::string>& public_keys) {
    const SignatureFile file = parse(signature);
    const Parts& made = file.signature;
    if (made.algorithm != kOfTheHash && made.algorithm != kOfTheContents)
        refuse("its signature is of a kind that is not known");
    const std::string_view all{reinterpret_cast<const char*>(contents.data()), contents.size()};
    const std::string hash = made.algorithm == kOfTheHash ? blake2b(contents) : std::string{};
    const std::string_view message = hash.empty() ? all : std::string_view{hash};
    bool has_key = false;
    for (const std::string& text : public_keys) {
        const std::string bytes = from_base64(text);
        if (bytes.size() != kAlgorithm + kKeyNumber + kPublicKey) continue;
        const Parts key = parts_of(bytes);
        if (key.key_number != made.key_number) continue;
        has_key = true;
        if (!is_signed(message, made.rest, key.rest)) continue;
        if (!is_signed(made.rest + file.comment, file.of_the_comment, key.rest))
            refuse("the trusted comment of its signature was changed");
        return file.comment;
    }
    if (has_key) refuse("its signature is not of these contents");
    throw PluginRefused{"it is signed with a key that is not among plugins.trust.public_keys",
                        "sign it with one of those, or add the key if you trust it"};
}

}  // namespace jobhost::host
