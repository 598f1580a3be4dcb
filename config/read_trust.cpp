#include "config/read_trust.hpp"

#include "config/values.hpp"
#include "storage/model/semantic_version.hpp"

#include <array>

namespace jobhost::config {
namespace {

constexpr std::array<std::string_view, 3> kPolicies{"owner", "allowlist",
                                                    "signature"};  // in the order of TrustPolicy
constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// 42 bytes in base64: "Ed", the number of the key, and the key.
bool is_public_key(std::string_view text) {
    return text.size() == 56 && text.starts_with("RW") &&
           std::string_view{"QRST"}.find(text[2]) != std::string_view::npos &&
           text.find_first_not_of(kBase64) == std::string_view::npos;
}

void read_keys(Reader& reader, const Value& list, std::vector<std::string>& keys) {
    reader.read_list(list, [&](const Value& value) {
        const auto key = reader.text(value);
        if (!key) return;
        if (!is_public_key(*key))
            return reader.refuse(value, "is no public key of minisign",
                                 "write the second line of its .pub file: 56 characters that begin with RW");
        keys.push_back(*key);
    });
}

void read_versions(Reader& reader, const Value& mapping, std::map<std::string, std::string>& versions) {
    if (mapping.node->kind == Node::Kind::null) return;
    reader.read_entries(mapping, [&](const Value& key, const Value& value) {
        const auto name = reader.name(key);
        const auto version = reader.text(value);
        if (!name || !version) return;
        if (!SemanticVersion::parse(*version))
            return reader.refuse(value, "must be a version like 1.2.0, is " + in_quotes(*version));
        versions[*name] = *version;
    });
}

}  // namespace

void read_trust(Reader& reader, const Value& value, TrustSettings& trust) {
    Keys keys;
    Value policy_place = value;
    keys.on("users", [&](const Value& v) {
        reader.read_list(v, [&](const Value& user) {
            if (const auto name = reader.name(user)) trust.users.push_back(*name);
        });
    });
    keys.on("policy", [&](const Value& v) {
        policy_place = v;
        if (const auto policy = reader.choice(v, kPolicies)) trust.policy = static_cast<TrustPolicy>(*policy);
    });
    keys.on("allowlist", [&](const Value& v) {
        const auto path = reader.text(v);
        if (!path) return;
        if (path->empty() || path->find('\0') != std::string::npos) return reader.refuse(v, "names no file");
        trust.allowlist = *path;
    });
    bool has_keys = false;
    keys.on("public_keys", [&](const Value& v) {
        has_keys = v.node->kind != Node::Kind::sequence || !v.node->items.empty();
        read_keys(reader, v, trust.public_keys);
    });
    keys.on("minimum_versions", [&](const Value& v) { read_versions(reader, v, trust.minimum_versions); });
    reader.read_mapping(value, keys);
    if (trust.policy == TrustPolicy::signature && !has_keys)
        reader.refuse(policy_place, "needs keys that signatures can be checked with",
                      "write public_keys beside it");
}

}  // namespace jobhost::config
