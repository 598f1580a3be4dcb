// The tag, found in the bytes of files that other compilers made, for this system and for Windows.
#include <jobhost/plugin.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace jobhost::test {

struct Made {
    const char* file;
    std::uint8_t compiler;
};

void PrintTo(const Made& made, std::ostream* out) {
    *out << made.file;
}

class TagTest : public testing::TestWithParam<Made> {};

INSTANTIATE_TEST_SUITE_P(Plugins, TagTest,
                         testing::Values(Made{"plugin_in_c.so", 0}, Made{"plugin_in_cpp.so", 1},
                                         Made{"plugin_in_c_by_clang.so", 2},
                                         Made{"plugin_in_cpp_by_clang.so", 2}, Made{"plugin_in_rust.so", 4},
                                         Made{"plugin_in_c.dll", 0}, Made{"plugin_in_cpp.dll", 1}),
                         [](const auto& made) {
                             std::string name = made.param.file;
                             std::replace(name.begin(), name.end(), '.', '_');
                             return name;
                         });

TEST_P(TagTest, StandsInTheFileOnceAndTellsOurSizes) {
    std::ifstream file(std::string(TEST_PLUGINS) + "/" + GetParam().file, std::ios::binary);
    const std::vector<unsigned char> bytes{std::istreambuf_iterator<char>(file), {}};
    constexpr unsigned char kMagic[] = JOBHOST_TAG_MAGIC;

    const auto found = std::search(bytes.begin(), bytes.end(), std::begin(kMagic), std::end(kMagic));
    ASSERT_GE(bytes.end() - found, std::ptrdiff_t{sizeof(jobhost_abi_tag)});
    EXPECT_EQ(std::search(found + 1, bytes.end(), std::begin(kMagic), std::end(kMagic)), bytes.end());

    jobhost_abi_tag tag;
    std::memcpy(&tag, &*found, sizeof tag);
    EXPECT_EQ(tag.abi_major, JOBHOST_ABI_MAJOR);
    EXPECT_EQ(tag.abi_minor, JOBHOST_ABI_MINOR);
    EXPECT_EQ(tag.pointer_size, sizeof(void*));
    EXPECT_EQ(tag.little_endian, 1);
    EXPECT_EQ(tag.compiler, GetParam().compiler);
    EXPECT_EQ(tag.sizeof_host_api, sizeof(jobhost_host_api));
    EXPECT_EQ(tag.sizeof_plugin, sizeof(jobhost_plugin));
    EXPECT_EQ(tag.sizeof_job_type, sizeof(jobhost_job_type));
}

}  // namespace jobhost::test
