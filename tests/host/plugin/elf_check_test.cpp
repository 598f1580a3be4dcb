// The checks of a plugin's file, fed with damaged ones.
#include "host/plugin/elf_check.hpp"

#include "host/plugin/plugin_refused.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <elf.h>
#include <fstream>
#include <random>

namespace jobhost::host {
namespace {

std::string read_file(const std::string& name) {
    std::ifstream file{std::string{JOBHOST_TEST_PLUGINS} + "/" + name + ".so", std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
}

ElfReport check(const std::string& bytes) {
    return check_elf(std::as_bytes(std::span{bytes}));
}

std::string reason_of(const std::string& bytes) {
    try {
        check(bytes);
        return "";
    } catch (const PluginRefused& refusal) {
        EXPECT_FALSE(refusal.remedy().empty());
        return refusal.reason();
    }
}

struct ElfCheckTest : testing::Test {
    std::string good = read_file("none");
};

TEST_F(ElfCheckTest, SoundPluginPasses) {
    const ElfReport report = check(good);
    EXPECT_EQ(report.tag.abi_major, JOBHOST_ABI_MAJOR);
    EXPECT_THAT(check(read_file("jobs")).needed, testing::Contains("libc.so.6"));
}

TEST_F(ElfCheckTest, LibraryPathBesideTheFileIsAdvisedAgainst) {
    EXPECT_THAT(check(good).advice, testing::IsEmpty());
    EXPECT_THAT(check(read_file("origin")).advice, testing::ElementsAre(testing::HasSubstr("$ORIGIN/lib")));
}

TEST_F(ElfCheckTest, EveryCutIsRefused) {
    // The section headers end the file, so any missing byte is seen.
    for (std::size_t size = 0; size < good.size(); size += size < 1024 ? 1 : 97)
        EXPECT_NE(reason_of(good.substr(0, size)), "") << size;
    EXPECT_THAT(reason_of(good.substr(0, good.size() / 2)), testing::HasSubstr("cut off"));
}

TEST_F(ElfCheckTest, RandomDamageDoesNoHarm) {
    std::mt19937 random{7};
    for (int round = 0; round < 3000; ++round) {
        std::string damaged = good;
        // Half of the hits go where the offsets are: the headers at the front and at the end.
        for (int i = 0; i < 4; ++i) {
            const std::size_t from = random() % 2 ? 0 : damaged.size() - 2048;
            damaged[from + random() % 2048] = static_cast<char>(random());
        }
        reason_of(damaged);
    }
}

TEST_F(ElfCheckTest, OtherFilesAreNamed) {
    EXPECT_EQ(reason_of("just a text\n"), "it is not an ELF file");
    EXPECT_EQ(reason_of("MZ\x90"), "it is a Windows library");
    std::string other = good;
    other[offsetof(Elf64_Ehdr, e_machine)] = 0x14;
    EXPECT_EQ(reason_of(other), "it is made for another machine");
    other = good;
    other[offsetof(Elf64_Ehdr, e_type)] = ET_REL;
    EXPECT_EQ(reason_of(other), "it is not a shared library");
}

TEST_F(ElfCheckTest, WhatAPluginMustHaveIsNamed) {
    EXPECT_THAT(reason_of(read_file("no_tag")), testing::HasSubstr("no jobhost tag"));
    EXPECT_THAT(reason_of(read_file("other_major")), testing::HasSubstr("ABI version 9, this host speaks 1"));
    EXPECT_THAT(reason_of(read_file("no_entry")),
                testing::HasSubstr("does not export jobhost_plugin_entry_v1"));
}

}  // namespace
}  // namespace jobhost::host
