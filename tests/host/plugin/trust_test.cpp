// What each policy lets run. Signatures themselves: minisign_test.cpp.
#include "host/plugin/trust.hpp"

#include "host/plugin/plugin_refused.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

namespace jobhost::host {
namespace {

namespace fs = std::filesystem;

const std::string kContents = "the contents of a plugin\n";
const std::string kDigest = "4216faaa8834203cba1087c9e1f8408cabddc2e3f9dd920f162da1a4c3901ab2";
const std::string kOther(64, 'a');
const std::string kKey = "RWS9xDW+wOGhWTWn1VTKDZeUKxBN2J4vsJ+qZclN/thNnLUEwlXRQLY7";
const std::string kSignature =
    "untrusted comment: signature from minisign secret key\n"
    "RUS9xDW+wOGhWd7YH5DzO43UFZAth9wgsb2J/uEtyV/LCixSFjZmgVceBuYCqoRqbykD6fiSYk/UlcBbxDc/i8YmrWrLoYzDDww=\n"
    "trusted comment: jobhost plugin=images version=1.2.0 sha256=" +
    kDigest + "\n8eWlEWrwRHDYMQB7TSQ3DZxB+rOngI5+AzCFEyzba2YpKlng7gUpb/hc9g8YwK2HawRy26ckmcdiw8ee2ua7Cw==\n";

// "reason; remedy", or empty.
std::string refusal(const std::function<void()>& act) {
    try {
        act();
        return "";
    } catch (const PluginRefused& refused) {
        return refused.reason() + "; " + refused.remedy();
    }
}

std::string checking(const Trust& trust, const std::optional<std::string>& signature = std::nullopt,
                     const std::string& digest = kDigest) {
    return refusal([&] { trust.check("images.so", std::as_bytes(std::span{kContents}), digest, signature); });
}

TEST(TrustByOwner, AsksForNothingMore) {
    const Trust trust;
    EXPECT_EQ(checking(trust), "");
    EXPECT_FALSE(trust.needs_signature());
    EXPECT_TRUE(trust.grounds("/p/a.so").empty());
    EXPECT_EQ(refusal([&] { trust.check_identity({"images", "0.0.1"}, std::nullopt); }), "");
}

TEST(Trust, KnowsUsersByNameAndNumber) {
    config::TrustSettings settings;
    settings.users = {"daemon", "12345", "nobody-has-this-name", "12x"};
    EXPECT_EQ(Trust{settings}.owners(), (Owners{1, 12345}));
}

struct TrustByAllowlist : testing::Test {
    test::TemporaryFolder folder;
    const fs::path list = folder / "plugins.sha256";
    const Trust trust{config::TrustSettings{.policy = config::TrustPolicy::allowlist,
                                            .allowlist = list,
                                            .public_keys = {},
                                            .minimum_versions = {}}};

    std::string with(const std::string& text) {
        folder.write("plugins.sha256", text);
        std::string said = checking(trust);
        for (auto at = said.find(list.string()); at != std::string::npos; at = said.find(list.string()))
            said.replace(at, list.string().size(), "LIST");
        return said;
    }
};

TEST_F(TrustByAllowlist, TakesTheDigestsThatAreListed) {
    EXPECT_EQ(with(kDigest + "  images.so\n"), "");
    EXPECT_EQ(with("# ours\n\n" + kOther + "  a.so\r\n\\" + kDigest + " *b\\\\c.so"), "");
    std::string capital = kDigest;
    std::ranges::transform(capital, capital.begin(),
                           [](char c) { return static_cast<char>(std::toupper(c)); });
    EXPECT_EQ(with(capital + "  whatever/its/name\n"), "");
    EXPECT_EQ(trust.grounds("/p/a.so"), std::vector<fs::path>{list});
}

TEST_F(TrustByAllowlist, IsReadAnewEachTime) {
    EXPECT_NE(with(""), "");
    EXPECT_EQ(with(kDigest + "  images.so\n"), "");
    EXPECT_NE(with(kOther + "  images.so\n"), "");
}

TEST_F(TrustByAllowlist, RefusesWhatIsNotListed) {
    const std::string remedy = "; if it is the right file, add what sha256sum prints for it";
    EXPECT_EQ(with(""), "its SHA-256 " + kDigest + " is not on the allowlist LIST" + remedy);
    EXPECT_EQ(with(kOther + "  a.so\n" + kOther + "  lib/images.so\n"),
              "its SHA-256 " + kDigest + " is not on the allowlist LIST; LIST:2 has another for images.so" +
                  remedy);
}

TEST_F(TrustByAllowlist, OneWrongLineRefusesAll) {
    const std::string short_digest = kDigest.substr(1);
    for (const std::string& wrong : {short_digest + "  a.so", kDigest + "0  a.so", kDigest, kDigest + "  ",
                                     kDigest + " a.so", std::string{"x"}, std::string(64, 'g') + "  a.so",
                                     "SHA256 (a.so) = " + kDigest, " " + kDigest + "  a.so"})
        EXPECT_EQ(
            with(kDigest + "  images.so\n" + wrong + "\n"),
            "LIST:2 is no line of sha256sum; write 64 hexadecimal digits, two blanks and the name of a file")
            << wrong;
}

TEST_F(TrustByAllowlist, TheListItselfMustBeTrusted) {
    EXPECT_THAT(checking(trust),
                testing::EndsWith("plugins.sha256 is not there; make it with sha256sum, or name "
                                  "another as plugins.trust.allowlist"));
    ASSERT_EQ(with(kDigest + "  images.so\n"), "");
    fs::permissions(list, fs::perms{0646});
    EXPECT_EQ(
        checking(trust),
        list.string() + " can be written by everyone; take that right away: chmod o-w " + list.string());
    fs::permissions(list, fs::perms{0644});
    fs::permissions(folder.path(), fs::perms{0777});
    EXPECT_THAT(checking(trust), testing::HasSubstr("can be written by everyone"));
    fs::permissions(folder.path(), fs::perms{0755});
    fs::rename(list, folder / "elsewhere");
    fs::create_symlink("elsewhere", list);
    EXPECT_THAT(checking(trust), testing::HasSubstr("is a symbolic link"));
    fs::remove(list);
    folder.write("plugins.sha256", std::string((std::size_t{1} << 20) + 1, '\n'));
    EXPECT_THAT(checking(trust), testing::HasSubstr("is larger than 1048576 bytes"));
}

Trust by_signature(const std::map<std::string, std::string>& minimum_versions = {}) {
    return Trust{config::TrustSettings{.policy = config::TrustPolicy::signature,
                                       .allowlist = {},
                                       .public_keys = {kKey},
                                       .minimum_versions = minimum_versions}};
}

TEST(TrustBySignature, TakesWhatIsSignedAndTellsAsWhat) {
    const Trust trust = by_signature();
    EXPECT_TRUE(trust.needs_signature());
    EXPECT_EQ(trust.grounds("/p/images.so"), std::vector<fs::path>{"/p/images.so.minisig"});
    const auto signed_as = trust.check("images.so", std::as_bytes(std::span{kContents}), kDigest, kSignature);
    ASSERT_TRUE(signed_as);
    EXPECT_EQ(signed_as->name, "images");
    EXPECT_EQ(signed_as->version, "1.2.0");
    EXPECT_EQ(comment_to_sign(*signed_as, kDigest), "jobhost plugin=images version=1.2.0 sha256=" + kDigest);
}

TEST(TrustBySignature, RefusesWhatIsNotSigned) {
    EXPECT_EQ(checking(by_signature()),
              "it is not signed: there is no images.so.minisig beside it; sign it as jobhost plugins inspect "
              "shows");
    EXPECT_EQ(checking(by_signature(), ""),
              "its signature is none of minisign, or cut off; sign the file again with minisign, and put its "
              ".minisig beside it");
    EXPECT_EQ(checking(by_signature(), kSignature, kOther),
              "the trusted comment of its signature names other contents; sign it as jobhost plugins inspect "
              "shows");
}

TEST(TrustBySignature, RefusesACommentThatDoesNotNameThePlugin) {
    // By the key of kKey, over kContents, as minisign signs when nobody says -t.
    const std::string plain =
        "untrusted comment: signature from minisign secret key\n"
        "RUS9xDW+wOGhWd7YH5DzO43UFZAth9wgsb2J/uEtyV/LCixSFjZmgVceBuYCqoRqbykD6fiSYk/UlcBbxDc/"
        "i8YmrWrLoYzDDww=\n"
        "trusted comment: timestamp:1795915935\tfile:images.so\thashed\n"
        "JIGtBeIcHY5VthZd68j2OUYYogy2MHGK1BmXCa9hZxhpDliMAQgovO+F63hDJsGrjhQ+uNn9mX8GEOOOEJiACw==\n";
    EXPECT_EQ(
        checking(by_signature(), plain),
        "the trusted comment of its signature does not say which plugin it is; sign it as jobhost plugins "
        "inspect shows");
}

TEST(TrustBySignature, RefusesAnotherThanWasSigned) {
    const Trust trust = by_signature();
    const PluginIdentity images{"images", "1.2.0"};
    EXPECT_EQ(refusal([&] { trust.check_identity(images, images); }), "");
    EXPECT_EQ(refusal([&] {
                  trust.check_identity(images, PluginIdentity{"mail", "1.2.0"});
              }),
              "it is images 1.2.0, and signed as mail 1.2.0; sign it as jobhost plugins inspect shows");
    EXPECT_EQ(refusal([&] {
                  trust.check_identity(images, PluginIdentity{"images", "1.3.0"});
              }),
              "it is images 1.2.0, and signed as images 1.3.0; sign it as jobhost plugins inspect shows");
}

TEST(Trust, OlderVersionsAreRefusedWhateverThePolicy) {
    config::TrustSettings settings;
    settings.minimum_versions = {{"images", "1.2.0"}};
    const Trust trust{settings};
    for (const char* const version : {"1.2.0", "1.2.0+build", "1.10.0", "2.0.0-alpha"})
        EXPECT_EQ(refusal([&] { trust.check_identity({"images", version}, std::nullopt); }), "");
    EXPECT_EQ(refusal([&] {
                  trust.check_identity({"images", "1.2.0-rc.1"}, std::nullopt);
              }),
              "it is images 1.2.0-rc.1, and plugins.trust.minimum_versions wants 1.2.0 at least; put a newer "
              "version "
              "there");
    EXPECT_NE(refusal([&] { trust.check_identity({"images", "9.9"}, std::nullopt); }), "");
    EXPECT_EQ(refusal([&] { trust.check_identity({"mail", "0.1.0"}, std::nullopt); }), "");
    EXPECT_EQ(checking(by_signature({{"images", "1.2.0"}}), kSignature), "");
    EXPECT_THAT(checking(by_signature({{"images", "1.2.1"}}), kSignature),
                testing::StartsWith("it is images 1.2.0, and"))
        << "before any of its code has run";
}

}  // namespace
}  // namespace jobhost::host
