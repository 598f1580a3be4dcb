// What a host keeps of its plugins, and what becomes of that when the disk or somebody else changes it.
#include "host/reload/image_store.hpp"

#include "host/plugin/plugin_refused.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <set>

namespace jobhost::host {
namespace {

namespace fs = std::filesystem;

struct ImageStoreTest : testing::Test {
    test::TemporaryFolder state;
    const fs::path folder = image_folder(state.path(), "one");
    ImageStore store{folder, {}};
    const PluginImage first = image_of("none");
    const PluginImage second = image_of("jobs");
    const PluginImage third = image_of("same_name");

    static PluginImage image_of(const std::string& name) {
        return PluginImage::open(fs::path{JOBHOST_TEST_PLUGINS} / (name + ".so"), {});
    }
    std::set<std::string> files() const {
        std::set<std::string> names;
        for (const auto& entry : fs::directory_iterator{folder})
            names.insert(entry.path().filename().string());
        return names;
    }
    fs::path file_of(const PluginImage& image) const { return folder / (image.digest() + ".so"); }
    void keep(const PluginImage& live, const PluginImage* previous = nullptr) {
        store.keep(live);
        store.put("p", {.file = "p.so",
                        .live = live.digest(),
                        .previous = previous != nullptr ? previous->digest() : "",
                        .refused = ""});
    }
    ImageStore read_again() const {
        ImageStore again{folder, {}};
        again.read();
        return again;
    }
    static mode_t mode_of(const fs::path& path) {
        struct stat facts {};
        EXPECT_EQ(::stat(path.c_str(), &facts), 0);
        return facts.st_mode & 07777;
    }
    std::string refusal_of(const std::string& digest) const {
        try {
            store.image(digest);
            return "";
        } catch (const PluginRefused& refusal) {
            return refusal.reason();
        }
    }
};

TEST_F(ImageStoreTest, WhatWasKeptIsReadAgain) {
    keep(first);
    const KeptPlugin kept{
        .file = "p.so", .live = second.digest(), .previous = first.digest(), .refused = third.digest()};
    store.keep(second);
    store.put("p", kept);
    const ImageStore again = read_again();
    EXPECT_EQ(again.of("p"), kept);
    EXPECT_EQ(again.of("q"), KeptPlugin{});
    EXPECT_EQ(again.image(second.digest()).digest(), second.digest());
    EXPECT_EQ(again.image(first.digest()).size(), first.size());
}

TEST_F(ImageStoreTest, OnlyWeReadIt) {
    keep(first);
    EXPECT_EQ(mode_of(folder), 0700u);
    EXPECT_EQ(mode_of(file_of(first)), 0400u);
    EXPECT_EQ(mode_of(folder / "plugins.json"), 0600u);
}

TEST_F(ImageStoreTest, TheLiveAndThePreviousImageStayAndOthersGo) {
    keep(first);
    keep(second, &first);
    std::ofstream{folder / "left.so.17.new"} << "half";
    keep(third, &second);
    EXPECT_EQ(files(),
              (std::set<std::string>{"plugins.json", second.digest() + ".so", third.digest() + ".so"}));
    store.forget("p");
    EXPECT_EQ(files(), std::set<std::string>{"plugins.json"});
    EXPECT_TRUE(read_again().plugins().empty());
}

TEST_F(ImageStoreTest, PluginsShareAnImageUntilNoneNeedsIt) {
    keep(first);
    store.put("q", {.file = "q.so", .live = first.digest(), .previous = "", .refused = ""});
    store.forget("p");
    EXPECT_EQ(refusal_of(first.digest()), "");
}

TEST_F(ImageStoreTest, ServersOfOneStateFolderDoNotTouchEachOther) {
    keep(first);
    ImageStore other{image_folder(state.path(), "two"), {}};
    other.read();
    EXPECT_TRUE(other.plugins().empty());
    other.keep(second);
    other.put("p", {.file = "p.so", .live = second.digest(), .previous = "", .refused = ""});
    EXPECT_EQ(refusal_of(first.digest()), "");
    EXPECT_EQ(read_again().of("p").live, first.digest());
    EXPECT_EQ(image_folder("/s", "..").parent_path(), "/s/images") << "a name leads nowhere else";
}

TEST_F(ImageStoreTest, AnImageThatWasChangedIsRefusedAndWrittenAnew) {
    keep(first);
    fs::remove(file_of(first));
    fs::copy_file(fs::path{JOBHOST_TEST_PLUGINS} / "jobs.so", file_of(first));
    EXPECT_EQ(refusal_of(first.digest()), "the image that was kept of it is damaged");
    fs::resize_file(file_of(first), 100);
    EXPECT_NE(refusal_of(first.digest()), "");
    store.keep(first);
    EXPECT_EQ(refusal_of(first.digest()), "");
}

TEST_F(ImageStoreTest, AStateFileThatIsDamagedCountsAsNone) {
    keep(first);
    for (const char* text : {"", "{", "[]", "{\"plugins\": []}", "\xff"}) {
        std::ofstream{folder / "plugins.json"} << text;
        EXPECT_TRUE(read_again().plugins().empty()) << text;
    }
    std::ofstream{folder / "plugins.json"}
        << R"({"plugins": {"p": 5, "q": {"file": 1, "live": "../../etc/passwd", "previous": null}}})";
    const ImageStore again = read_again();
    EXPECT_EQ(again.of("q"), KeptPlugin{});
    EXPECT_FALSE(again.plugins().contains("p"));
    store.put("p", {.file = "p.so", .live = "", .previous = "", .refused = first.digest()});
    EXPECT_EQ(read_again().of("p").refused, first.digest());
}

// It is told, and the host goes on.
TEST_F(ImageStoreTest, AFolderThatCannotBeMadeChangesNothing) {
    state.write("images", "no folder");
    keep(first);
    EXPECT_EQ(store.of("p").live, first.digest()) << "for this host it is so all the same";
    EXPECT_NE(refusal_of(first.digest()), "");
    fs::remove(state / "images");
    keep(first, &second);
    EXPECT_EQ(refusal_of(first.digest()), "");
    EXPECT_EQ(read_again().of("p").previous, second.digest());
}

}  // namespace
}  // namespace jobhost::host
