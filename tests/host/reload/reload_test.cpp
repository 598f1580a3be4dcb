#include "storage/storage_error.hpp"
#include "tests/host/reload/reload_fixture.hpp"

namespace jobhost::host {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

// A database that is away for a while.
class AwaySources final : public storage::SourceStore {
public:
    explicit AwaySources(storage::SourceStore& real) : real_{real} {}
    bool is_away = false;

    storage::SourcesApplied apply(const storage::SourceFiles& files) override { return there().apply(files); }
    storage::SourcesApplied plan(const storage::SourceFiles& files) override { return there().plan(files); }
    std::vector<storage::SourceRevision> revisions() override { return there().revisions(); }
    void set_refusal(const std::string& application, const std::string& server,
                     const std::string& problems) override {
        there().set_refusal(application, server, problems);
    }
    std::vector<storage::Refusal> refusals() override { return there().refusals(); }

private:
    storage::SourceStore& there() {
        if (is_away) throw storage::StorageError{storage::StorageError::Kind::unavailable, "it is away"};
        return real_;
    }
    storage::SourceStore& real_;
};

TEST_F(ReloadTest, AChangeIsAppliedWhenItIsQuietAndNotBefore) {
    one.folder.write("jobs.d/a.yaml", job("x", "v1"));
    one.start();
    clock.advance(1s);
    one.reload->run_once();
    one.folder.write("jobs.d/a.yaml", job("x", "v2, tags: [longer]"));
    clock.advance(50ms);
    EXPECT_LE(one.reload->run_once(), 600ms);
    clock.advance(500ms);
    EXPECT_LE(one.reload->run_once(), 100ms);
    EXPECT_EQ(type_of("x"), "test.v1");
    clock.advance(100ms);
    EXPECT_LE(one.reload->run_once(), 1s);
    EXPECT_EQ(type_of("x"), "test.v2");
    EXPECT_EQ(one.applied, 1);
}

TEST_F(ReloadTest, ManyCallsInARowLookOnce) {
    one.start();
    clock.advance(1s);
    one.reload->run_once();
    EXPECT_GT(one.reload->run_once(), Duration::zero()) << "hints may come by the thousand";
}

TEST_F(ReloadTest, FoldersAreWatchedThatAPatternOfTheHostFileNames) {
    fs::create_directory(one.folder / "jobs.d");
    one.start();
    EXPECT_TRUE(one.hints.watched.contains(one.folder.path()));
    EXPECT_TRUE(one.hints.watched.contains(one.folder / "jobs.d"));
    fs::create_directory(one.folder / "more");
    one.folder.write("jobhost.yaml", "server: {name: one, application: shop}\ndefinitions: [more/*.yaml]\n");
    one.read();
    EXPECT_TRUE(one.hints.watched.contains(one.folder / "more"));
    EXPECT_FALSE(one.hints.watched.contains(one.folder / "jobs.d"));
}

TEST_F(ReloadTest, ABadFileChangesNothingUntilItIsMended) {
    one.folder.write("jobs.d/a.yaml", job("x", "v1"));
    one.start();
    one.edit("a.yaml", "jobs:\n  x: {typ: test.v2}\n");
    EXPECT_EQ(type_of("x"), "test.v1");
    ASSERT_EQ(refusals().size(), 1u);
    EXPECT_EQ(refusals()[0].server, "one");
    EXPECT_NE(refusals()[0].problems.find("a.yaml:2:7"), std::string::npos) << refusals()[0].problems;
    one.edit("b.yaml", job("y", "v1"));
    EXPECT_EQ(type_of("y"), "") << "files may refer to each other: none of them counts";
    one.edit("a.yaml", job("x", "v3"));
    EXPECT_EQ(type_of("x"), "test.v3");
    EXPECT_EQ(type_of("y"), "test.v1");
    EXPECT_TRUE(refusals().empty());
}

TEST_F(ReloadTest, ABadFileThatIsTakenBackIsMended) {
    one.folder.write("jobs.d/a.yaml", job("x", "v1"));
    one.start();
    one.edit("a.yaml", "jobs: [");
    one.edit("a.yaml", job("x", "v1"));
    EXPECT_TRUE(refusals().empty());
    EXPECT_EQ(one.applied, 0);
}

TEST_F(ReloadTest, AHostThatBeginsWithABadFileLeavesWhatThereIs) {
    one.folder.write("jobs.d/a.yaml", job("x", "v1"));
    one.start();
    one.folder.write("jobs.d/a.yaml", "jobs: [");
    one.start();
    EXPECT_EQ(type_of("x"), "test.v1");
    EXPECT_EQ(refusals().size(), 1u);
    one.edit("a.yaml", job("x", "v2"));
    EXPECT_EQ(type_of("x"), "test.v2");
    EXPECT_TRUE(refusals().empty());
}

TEST_F(ReloadTest, ANameOfAnotherSourceIsRefusedLikeABadFile) {
    one.folder.write("jobs.d/a.yaml", job("x", "v1"));
    one.start();
    two.start();
    two.edit("b.yaml", job("x", "v2"));
    ASSERT_EQ(refusals().size(), 1u);
    EXPECT_NE(refusals()[0].problems.find("belongs to shop/jobs.d/a.yaml"), std::string::npos);
    EXPECT_EQ(type_of("x"), "test.v1");
    two.edit("b.yaml", job("y", "v2"));
    EXPECT_TRUE(refusals().empty());
}

TEST_F(ReloadTest, AFileThatWasRefusedForANameCountsWhenTheOtherSourceLetsGoOfIt) {
    one.folder.write("jobs.d/a.yaml", job("x", "v1"));
    one.start();
    two.start();
    two.edit("b.yaml", job("x", "v2"));
    three.folder.write("jobs.d/d.yaml", job("x", "v3"));
    EXPECT_THROW(three.start(), storage::StorageError) << "the first start is the time to say it";
    three.folder.write("jobs.d/d.yaml", job("z", "v3"));
    three.start();
    three.folder.write("jobs.d/d.yaml", job("x", "v3"));
    three.folder.write("jobs.d/c.yaml", job("y", "v3"));
    three.start();
    ASSERT_EQ(refusals().size(), 2u) << "a host serves on with what the database holds, also when it starts";
    EXPECT_EQ(type_of("y"), "") << "all of its files count, or none";
    one.remove("a.yaml");
    EXPECT_EQ(type_of("x"), "");
    clock.advance(6s);
    two.reload->run_once();
    EXPECT_EQ(type_of("x"), "test.v2") << "without any file that changes";
    EXPECT_EQ(refusals().size(), 1u);
    two.remove("b.yaml");
    clock.advance(6s);
    three.reload->run_once();
    EXPECT_EQ(type_of("x"), "test.v3");
    EXPECT_EQ(type_of("y"), "test.v3");
    EXPECT_TRUE(refusals().empty());
}

TEST_F(ReloadTest, ThreeHostsGetTheSameEditOneAfterTheOther) {
    for (OneHost* host : {&one, &two, &three}) {
        host->folder.write("jobs.d/a.yaml", job("x", "v1"));
        host->start();
    }
    one.edit("a.yaml", job("x", "v2"));
    two.read();
    three.edit("b.yaml", job("y", "v1"));
    EXPECT_EQ(type_of("x"), "test.v2") << "hosts that still have the older file do not bring it back";
    two.edit("a.yaml", job("x", "v2"));
    three.edit("a.yaml", job("x", "v2"));
    EXPECT_EQ(db->sources().revisions()[0].revision, 2);
    EXPECT_EQ(one.applied + two.applied + three.applied, 2);
}

TEST_F(ReloadTest, AHostThatStartsWithAnOlderFileLeavesItOutUntilItIsEdited) {
    one.folder.write("jobs.d/a.yaml", job("x", "v1"));
    one.start();
    one.edit("a.yaml", job("x", "v2"));
    two.folder.write("jobs.d/a.yaml", job("x", "v1"));
    two.start();
    EXPECT_EQ(type_of("x"), "test.v2");
    two.edit("a.yaml", job("x", "v3"));
    EXPECT_EQ(type_of("x"), "test.v3");
    two.edit("a.yaml", job("x", "v1"));
    EXPECT_EQ(type_of("x"), "test.v1") << "whoever edits it before the eyes of a host means it";
}

TEST_F(ReloadTest, AFileThatOneHostNeverHadStays) {
    one.folder.write("jobs.d/a.yaml", job("x", "v1"));
    one.start();
    two.start();
    two.edit("b.yaml", job("y", "v1"));
    two.remove("b.yaml");
    EXPECT_EQ(type_of("x"), "test.v1");
    EXPECT_EQ(type_of("y"), "");
}

TEST_F(ReloadTest, AFileThatGoesBackWhileItsOnlyHostIsAtRestCounts) {
    one.folder.write("jobs.d/a.yaml", job("x", "v1"));
    one.start();
    one.edit("a.yaml", job("x", "v2"));
    one.folder.write("jobs.d/a.yaml", job("x", "v1"));
    one.start();
    EXPECT_EQ(type_of("x"), "test.v1");
    fs::remove(one.folder / "jobs.d/a.yaml");
    one.start();
    EXPECT_EQ(type_of("x"), "");
    one.folder.write("jobs.d/a.yaml", job("x", "v1"));
    one.start();
    EXPECT_EQ(type_of("x"), "test.v1");
}

TEST_F(ReloadTest, AWriterInPiecesRetiresNothing) {
    for (const auto pause : {30ms, 500ms}) {
        std::string text = "jobs:\n";
        for (int i = 0; i < 100; ++i)
            text += "  y" + std::to_string(i) + ": {type: test.v1}\n";
        one.folder.write("jobs.d/a.yaml", text);
        one.start();
        clock.advance(1s);
        one.reload->run_once();
        text = "jobs:\n  new: {type: test.v1}\n" + text.substr(6);
        const auto pieces = static_cast<std::size_t>(2500ms / pause);
        for (std::size_t piece = 0; piece < pieces; ++piece) {
            one.folder.write("jobs.d/a.yaml", text.substr(0, text.size() * piece / pieces));
            for (auto at = 0ms; at < pause; at += 10ms) {
                clock.advance(10ms);
                one.reload->run_once();
                ASSERT_EQ(type_of("y99"), "test.v1") << pause.count() << " ms, piece " << piece;
            }
        }
        one.folder.write("jobs.d/a.yaml", text);
        clock.advance(20ms);
        one.reload->run_once();
        clock.advance(700ms);
        one.reload->run_once();
        EXPECT_EQ(type_of("new"), "test.v1");
        EXPECT_EQ(type_of("y99"), "test.v1");
        EXPECT_TRUE(refusals().empty());
    }
}

TEST_F(ReloadTest, AFileThatIsWrittenAllTheTimeHoldsUpNoOther) {
    one.folder.write("jobs.d/a.yaml", job("x", "v1, tags: [long]"));
    one.folder.write("jobs.d/b.yaml", job("y", "v1"));
    one.start();
    clock.advance(1s);
    one.reload->run_once();
    one.folder.write("jobs.d/a.yaml", job("x", "v2"));
    one.folder.write("jobs.d/c.yaml", job("z", "v1"));
    write_for_four_seconds("b.yaml");
    EXPECT_EQ(type_of("x"), "test.v2");
    EXPECT_EQ(type_of("z"), "test.v1");
    clock.advance(1s);
    one.reload->run_once();
    clock.advance(1s);
    one.reload->run_once();
    EXPECT_EQ(type_of("y"), "") << "now it is quiet, and says nothing";
}

TEST_F(ReloadTest, AWrongFileIsMendedThoughAnotherIsWrittenAllTheTime) {
    one.folder.write("jobs.d/a.yaml", job("x", "v1"));
    one.folder.write("jobs.d/b.yaml", job("y", "v1"));
    one.start();
    one.edit("a.yaml", "jobs: [");
    clock.advance(1s);
    one.reload->run_once();
    one.folder.write("jobs.d/a.yaml", job("x", "v2"));
    write_for_four_seconds("b.yaml");
    EXPECT_EQ(type_of("x"), "test.v2");
    EXPECT_EQ(type_of("y"), "test.v1");
}

TEST_F(ReloadTest, ADefinitionThatMovesToANewFileKeepsItsId) {
    one.folder.write("jobs.d/a.yaml", job("x", "v1"));
    one.start();
    const auto id = db->definitions().find("x")->id;
    one.folder.write("jobs.d/b.yaml", job("x", "v1"));
    one.remove("a.yaml");
    EXPECT_EQ(db->definitions().find("x")->id, id);
    EXPECT_EQ(db->definitions().find("x")->source, "shop/jobs.d/b.yaml");
}

TEST_F(ReloadTest, LimitsTakeHoldAndNamesOfTheServerDoNot) {
    one.start();
    one.folder.write("jobhost.yaml",
                     "server: {name: other, application: other}\nlimits: {smtp: {concurrent: 2}}\n"
                     "definitions: [jobs.d/*.yaml]\n");
    one.edit("a.yaml", job("x", "v1"));
    ASSERT_EQ(db->limits().list().size(), 1u);
    EXPECT_EQ(db->sources().revisions()[0].source, "shop/jobs.d/a.yaml");
    EXPECT_EQ(db->sources().revisions()[0].applied_by, "one");
}

TEST_F(ReloadTest, AnEditWhileTheDatabaseIsAwayIsAppliedWhenItIsBack) {
    AwaySources sources{db->sources()};
    one.sources = &sources;
    one.folder.write("jobs.d/a.yaml", job("x", "v1"));
    one.start();
    sources.is_away = true;
    EXPECT_THROW(one.edit("a.yaml", job("x", "v2")), storage::StorageError);
    clock.advance(1s);
    EXPECT_THROW(one.reload->run_once(), storage::StorageError) << "though the file is quiet";
    EXPECT_THROW(one.edit("a.yaml", "jobs: ["), storage::StorageError);
    sources.is_away = false;
    clock.advance(1s);
    one.reload->run_once();
    EXPECT_EQ(type_of("x"), "test.v1");
    EXPECT_EQ(refusals().size(), 1u);
    one.edit("a.yaml", job("x", "v3"));
    EXPECT_EQ(type_of("x"), "test.v3");
}

TEST_F(ReloadTest, AThousandEditsInARow) {
    one.start();
    for (int edit = 0; edit < 1000; ++edit)
        one.edit("a.yaml", job("x", "v" + std::to_string(edit)));
    EXPECT_EQ(type_of("x"), "test.v999");
    EXPECT_EQ(db->sources().revisions()[0].revision, 1000);
}

}  // namespace
}  // namespace jobhost::host
