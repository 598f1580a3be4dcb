// What may become an image, and what cannot happen to it afterwards.
#include "host/plugin/image.hpp"

#include "host/plugin/plugin_refused.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

namespace jobhost::host {
namespace {

namespace fs = std::filesystem;

struct ImageTest : testing::Test {
    test::TemporaryFolder folder;
    const fs::path good = folder / "good.so";

    ImageTest() { fs::copy_file(fs::path{JOBHOST_TEST_PLUGINS} / "none.so", good); }

    std::string reason_of(const fs::path& file) {
        try {
            PluginImage::open(file, {});
            return "";
        } catch (const PluginRefused& refusal) {
            EXPECT_FALSE(refusal.remedy().empty());
            return refusal.reason();
        }
    }
};

TEST_F(ImageTest, DigestIsTheSha256OfTheFile) {
    const PluginImage image = PluginImage::open(good, {});
    const std::string command = "sha256sum " + good.string();
    FILE* program = popen(command.c_str(), "r");
    char digest[65] = {};
    ASSERT_EQ(fread(digest, 1, 64, program), 64u);
    pclose(program);
    EXPECT_EQ(image.digest(), digest);
    EXPECT_EQ(image.size(), fs::file_size(good));
}

TEST_F(ImageTest, CopyCannotBeChanged) {
    const PluginImage image = PluginImage::open(good, {});
    EXPECT_EQ(pwrite(image.descriptor(), "x", 1, 0), -1);
    EXPECT_EQ(ftruncate(image.descriptor(), 0), -1);
}

TEST_F(ImageTest, FileMayChangeAfterwards) {
    fs::copy_file(good, folder / "a.so");
    const PluginImage image = PluginImage::open(folder / "a.so", {});
    fs::resize_file(folder / "a.so", 0);
    char first = 0;
    EXPECT_EQ(pread(image.descriptor(), &first, 1, 0), 1);
    EXPECT_EQ(first, 0x7F);
}

TEST_F(ImageTest, OddFilesAreRefused) {
    fs::create_symlink(good, folder / "link.so");
    EXPECT_EQ(reason_of(folder / "link.so"), (folder / "link.so").string() + " is a symbolic link");
    EXPECT_THAT(reason_of(folder / "absent.so"), testing::HasSubstr("cannot be opened"));
    folder.write("empty.so", "");
    EXPECT_EQ(reason_of(folder / "empty.so"), "it is empty");
    fs::resize_file(folder / "empty.so", (std::uintmax_t{256} << 20) + 1);
    EXPECT_THAT(reason_of(folder / "empty.so"), testing::HasSubstr("256 MiB"));
}

// The rest of it: trusted_path_test.cpp.
TEST_F(ImageTest, FilesThatOthersCanChangeAreRefused) {
    fs::copy_file(good, folder / "a.so");
    fs::permissions(folder / "a.so", fs::perms{0646});
    EXPECT_EQ(reason_of(folder / "a.so"), (folder / "a.so").string() + " can be written by everyone");
    fs::permissions(folder / "a.so", fs::perms{0644});
    EXPECT_EQ(reason_of(folder / "a.so"), "");
}

}  // namespace
}  // namespace jobhost::host
