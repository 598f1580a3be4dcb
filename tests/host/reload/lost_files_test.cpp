// Files that are gone together with their folder, and such as nobody has seen go.
#include "tests/host/reload/reload_fixture.hpp"

namespace jobhost::host {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

using LostFilesTest = ReloadTest;

TEST_F(LostFilesTest, AFolderThatIsGoneIsAFaultUntilItIsBack) {
    one.folder.write("jobs.d/a.yaml", job("x", "v1"));
    one.start();
    one.move("jobs.d", "elsewhere");
    EXPECT_EQ(type_of("x"), "test.v1");
    ASSERT_EQ(refusals().size(), 1u);
    EXPECT_NE(refusals()[0].problems.find("is gone, and with it shop/jobs.d/a.yaml"), std::string::npos)
        << refusals()[0].problems;
    EXPECT_NE(refusals()[0].problems.find("--retire"), std::string::npos);
    one.move("elsewhere", "jobs.d");
    EXPECT_TRUE(refusals().empty());
    EXPECT_EQ(one.applied, 0) << "nothing of it has changed";
}

TEST_F(LostFilesTest, AFolderThatIsThereAndEmptyRetires) {
    one.folder.write("jobs.d/a.yaml", job("x", "v1"));
    one.start();
    one.move("jobs.d", "elsewhere");
    fs::create_directory(one.folder / "jobs.d");
    one.read();
    EXPECT_EQ(type_of("x"), "");
    EXPECT_TRUE(refusals().empty());
}

TEST_F(LostFilesTest, WhatLayInAFolderThatIsGoneMayBeRetiredByHand) {
    one.folder.write("jobs.d/a.yaml", job("x", "v1"));
    one.start();
    one.move("jobs.d", "elsewhere");
    clock.advance(1s);
    one.reload->run_once();  // now it is quiet
    db->sources().apply(
        {.application = "shop", .server = "somebody", .files = {}, .vanished = {"shop/jobs.d/a.yaml"}});
    EXPECT_EQ(type_of("x"), "");
    clock.advance(4s);
    one.reload->run_once();
    EXPECT_EQ(refusals().size(), 1u);
    clock.advance(2s);
    one.reload->run_once();
    EXPECT_TRUE(refusals().empty()) << "it is noticed without any file that changes";
    one.move("elsewhere", "jobs.d");
    EXPECT_EQ(type_of("x"), "test.v1") << "it came back before the eyes of the host";
}

TEST_F(LostFilesTest, AFolderThatIsGoneAtTheStartRetiresNothing) {
    one.folder.write("jobs.d/a.yaml", job("x", "v1"));
    one.start();
    fs::rename(one.folder / "jobs.d", one.folder / "elsewhere");
    one.start();
    EXPECT_EQ(type_of("x"), "test.v1");
    EXPECT_EQ(refusals().size(), 1u);
    two.start();
    EXPECT_EQ(refusals().size(), 1u) << "it never had one";
    one.move("elsewhere", "jobs.d");
    EXPECT_TRUE(refusals().empty());
    EXPECT_EQ(type_of("x"), "test.v1");

    fs::rename(one.folder / "jobs.d", one.folder / "elsewhere");
    one.start();
    fs::create_directory(one.folder / "jobs.d");
    one.read();
    EXPECT_EQ(type_of("x"), "") << "a person has removed the files";
}

TEST_F(LostFilesTest, ALinkToWhatIsGoneIsAFaultUntilItIsBack) {
    one.folder.write("elsewhere/a.yaml", job("x", "v1"));
    fs::create_directory(one.folder / "jobs.d");
    fs::create_symlink(one.folder / "elsewhere/a.yaml", one.folder / "jobs.d/a.yaml");
    one.start();
    const auto look_for_two_seconds = [&] {
        for (int i = 0; i < 20; ++i) {
            clock.advance(100ms);
            one.reload->run_once();
        }
    };
    EXPECT_EQ(type_of("x"), "test.v1");
    one.move("elsewhere", "lost");
    EXPECT_EQ(type_of("x"), "test.v1");
    EXPECT_EQ(refusals().size(), 1u);
    one.move("lost", "elsewhere");
    EXPECT_TRUE(refusals().empty());
    one.move("elsewhere", "lost");
    look_for_two_seconds();
    ASSERT_EQ(refusals().size(), 1u);
    fs::remove(one.folder / "jobs.d/a.yaml");
    look_for_two_seconds();
    EXPECT_TRUE(refusals().empty());
    EXPECT_EQ(type_of("x"), "") << "somebody has removed the link itself";
}

TEST_F(LostFilesTest, AFileInThePlaceOfTheFolderRetiresNothing) {
    one.folder.write("jobs.d/a.yaml", job("x", "v1"));
    one.start();
    fs::rename(one.folder / "jobs.d", one.folder / "elsewhere");
    one.folder.write("jobs.d", "");
    one.read();
    EXPECT_EQ(type_of("x"), "test.v1");
    EXPECT_EQ(refusals().size(), 1u);
    fs::remove(one.folder / "jobs.d");
    one.move("elsewhere", "jobs.d");
    EXPECT_TRUE(refusals().empty());
}

TEST_F(LostFilesTest, AFileThatWasLostAtTheStartAndComesBackOlderIsLeftOut) {
    one.folder.write("jobs.d/a.yaml", job("x", "v1"));
    one.start();
    one.edit("a.yaml", job("x", "v2"));
    two.folder.write("jobhost.yaml",
                     "server: {name: two, application: shop}\ndefinitions: [jobs.d/a.yaml]\n");
    two.start();  // a file that is named has to be there
    EXPECT_EQ(refusals().size(), 1u);
    two.edit("a.yaml", job("x", "v1"));
    EXPECT_TRUE(refusals().empty());
    EXPECT_EQ(type_of("x"), "test.v2") << "nobody has seen an edit";
    two.edit("a.yaml", job("x", "v3"));
    EXPECT_EQ(type_of("x"), "test.v3");
}

TEST_F(LostFilesTest, AFileThatWentAtRestBesideAWrongOneIsGoneWhenThatIsMended) {
    one.folder.write("jobs.d/a.yaml", job("x", "v1"));
    one.folder.write("jobs.d/b.yaml", job("y", "v1"));
    one.start();
    fs::remove(one.folder / "jobs.d/a.yaml");
    one.folder.write("jobs.d/b.yaml", "jobs: [");
    one.start();
    EXPECT_EQ(type_of("x"), "test.v1");
    one.edit("b.yaml", job("y", "v1"));
    EXPECT_EQ(type_of("x"), "");
    EXPECT_EQ(type_of("y"), "test.v1");
}

}  // namespace
}  // namespace jobhost::host
