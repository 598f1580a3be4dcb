// Signatures that the program minisign 0.11 has made, and everything that can be wrong with them.
#include "host/plugin/minisign.hpp"

#include "host/plugin/plugin_refused.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jobhost::host {
namespace {

const std::string kContents = "the contents of a plugin\n";
const std::string kKey = "RWS9xDW+wOGhWTWn1VTKDZeUKxBN2J4vsJ+qZclN/thNnLUEwlXRQLY7";
const std::string kOtherKey = "RWRRCoAflHhnB528FRrhpX03Xmh4dQbGh15oCsKRMVjynTnKtQvuNRM1";
const std::string kComment =
    "jobhost plugin=images version=1.2.0 "
    "sha256=4216faaa8834203cba1087c9e1f8408cabddc2e3f9dd920f162da1a4c3901ab2";
const std::string kOfTheHash =
    "untrusted comment: signature from minisign secret key\n"
    "RUS9xDW+wOGhWd7YH5DzO43UFZAth9wgsb2J/uEtyV/LCixSFjZmgVceBuYCqoRqbykD6fiSYk/UlcBbxDc/i8YmrWrLoYzDDww=\n"
    "trusted comment: " +
    kComment +
    "\n"
    "8eWlEWrwRHDYMQB7TSQ3DZxB+rOngI5+AzCFEyzba2YpKlng7gUpb/hc9g8YwK2HawRy26ckmcdiw8ee2ua7Cw==\n";
const std::string kOfTheContents =
    "untrusted comment: signature from minisign secret key\n"
    "RWS9xDW+wOGhWX+CxoA9RaWDiZY2Nn2pXLkzlV979lHHe+HeJyV47G9MZG9gvTtzZjpveqafwtvB/1IAy1AJ0aYTrlKKway0KA0=\n"
    "trusted comment: " +
    kComment +
    "\n"
    "B2CBh10TRQuZiJRDgiu3bofSsYB9saoCM3qUZwhHUPPigmhBLgpVyCiK70mKil46/lFnimf1pEAjtQ7dRoH8Cg==\n";

std::string comment_of(const std::string& signature, const std::string& contents = kContents,
                       const std::vector<std::string>& keys = {kKey}) {
    return trusted_comment(std::as_bytes(std::span{contents}), signature, keys);
}

std::string refusal(const std::string& signature, const std::string& contents = kContents,
                    const std::vector<std::string>& keys = {kKey}) {
    try {
        comment_of(signature, contents, keys);
        return "";
    } catch (const PluginRefused& refused) {
        EXPECT_FALSE(refused.remedy().empty());
        return refused.reason();
    }
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
    return text.replace(text.find(what), what.size(), by);
}

TEST(Minisign, TakesBothKindsAndAnyOfTheKeys) {
    for (const std::string& signature : {kOfTheHash, kOfTheContents}) {
        EXPECT_EQ(comment_of(signature), kComment);
        EXPECT_EQ(comment_of(signature, kContents, {kOtherKey, "no key", kKey}), kComment);
        EXPECT_EQ(comment_of(replaced(signature, "signature from", "whatever")), kComment);
    }
}

TEST(Minisign, OneOtherBitOfTheContentsIsRefused) {
    for (const std::string& signature : {kOfTheHash, kOfTheContents}) {
        for (std::size_t bit = 0; bit < kContents.size() * 8; ++bit) {
            std::string contents = kContents;
            contents[bit / 8] = static_cast<char>(contents[bit / 8] ^ (1 << bit % 8));
            EXPECT_EQ(refusal(signature, contents), "its signature is not of these contents");
        }
        EXPECT_EQ(refusal(signature, ""), "its signature is not of these contents");
        EXPECT_EQ(refusal(signature, kContents + '\0'), "its signature is not of these contents");
    }
}

// The first comment is for people alone, so is the byte that begins it.
TEST(Minisign, OneOtherBitOfTheSignatureIsRefused) {
    for (const std::string& signature : {kOfTheHash, kOfTheContents}) {
        for (std::size_t bit = (signature.find('\n') + 1) * 8; bit < (signature.size() - 1) * 8; ++bit) {
            std::string changed = signature;
            changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << bit % 8));
            EXPECT_NE(refusal(changed), "") << changed;
        }
    }
}

TEST(Minisign, AnotherTrustedCommentIsRefused) {
    EXPECT_EQ(refusal(replaced(kOfTheHash, "1.2.0", "1.3.0")),
              "the trusted comment of its signature was changed");
    EXPECT_EQ(refusal(replaced(kOfTheHash, kComment, kComment + " ")),
              "the trusted comment of its signature was changed");
}

TEST(Minisign, PartsOfTwoSignaturesAreNone) {
    const std::string last = kOfTheContents.substr(kOfTheContents.find(kComment));
    EXPECT_EQ(refusal(kOfTheHash.substr(0, kOfTheHash.find(kComment)) + last),
              "the trusted comment of its signature was changed");
    EXPECT_EQ(refusal(replaced(kOfTheHash, "\nRUS", "\nRWS")), "its signature is not of these contents");
    EXPECT_EQ(refusal(replaced(kOfTheHash, "\nRUS", "\nRVS")),
              "its signature is of a kind that is not known");
}

TEST(Minisign, OtherKeysAreRefused) {
    const std::string unknown = "it is signed with a key that is not among plugins.trust.public_keys";
    EXPECT_EQ(refusal(kOfTheHash, kContents, {kOtherKey}), unknown);
    EXPECT_EQ(refusal(kOfTheHash, kContents, {}), unknown);
    EXPECT_EQ(refusal(kOfTheHash, kContents, {"", "RW", std::string(56, '='), std::string(56, 'A')}),
              unknown);
    const std::string with_its_number = kKey.substr(0, 14) + kOtherKey.substr(14);
    EXPECT_EQ(refusal(kOfTheHash, kContents, {with_its_number}), "its signature is not of these contents");
    EXPECT_EQ(refusal(kOfTheHash, kContents, {with_its_number, kKey}), "");
}

TEST(Minisign, WhatIsCutOffOrNoSignatureIsRefused) {
    for (std::size_t size = 0; size < kOfTheHash.size() - 1; ++size)
        EXPECT_EQ(refusal(kOfTheHash.substr(0, size)), "its signature is none of minisign, or cut off");
    EXPECT_EQ(refusal(kOfTheHash.substr(0, kOfTheHash.size() - 1)), "")
        << "the last line break may be missing";
    for (const std::string& garbage :
         {std::string(4096, '\0'), std::string(4096, '\n'), std::string(4096, 'A'), std::string(4096, '\xFF'),
          kOfTheHash + "more", kOfTheHash + kOfTheHash, replaced(kOfTheHash, "Dww=", "Dwx="),
          replaced(kOfTheHash, "Cw==\n", "Cw= =\n"), replaced(kOfTheHash, "\nRUS", "\n RUS")})
        EXPECT_EQ(refusal(garbage), "its signature is none of minisign, or cut off");
}

}  // namespace
}  // namespace jobhost::host
