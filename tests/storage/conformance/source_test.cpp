#include "tests/storage/conformance/conformance.hpp"

namespace jobhost::storage {
namespace {

using namespace std::chrono_literals;

// Hosts that hold the same, older, newer and missing files.
class SourceConformance : public StorageConformance {
protected:
    static SourceFile file(const std::string& name, const std::string& text,
                           std::vector<std::string> definitions) {
        SourceFile made{.definitions = {"shop/" + name, {}}, .digest = text};
        for (const std::string& definition : definitions) {
            Definition& given = made.definitions.definitions.emplace_back();
            given.name = definition;
            given.type = "test." + text;
        }
        return made;
    }
    static SourceFile edited(SourceFile file) {
        file.is_edited = true;
        return file;
    }
    SourcesApplied start(const std::string& name, std::vector<SourceFile> files) {
        return sources.apply(
            {.application = "shop", .server = name, .files = std::move(files), .is_start = true});
    }
    SourcesApplied event(const std::string& name, std::vector<SourceFile> files,
                         std::vector<std::string> vanished = {}) {
        return sources.apply({.application = "shop",
                              .server = name,
                              .files = std::move(files),
                              .vanished = std::move(vanished)});
    }
    std::string type_of(const std::string& name) {
        const auto found = definitions.find(name);
        return found ? found->definition.type : "";
    }
    std::int64_t revision(const std::string& source) {
        for (const SourceRevision& each : sources.revisions())
            if (each.source == "shop/" + source) return each.revision;
        return 0;
    }
};

TEST_P(SourceConformance, AFileThatNeverWasIsApplied) {
    const auto applied = start("one", {file("a.yaml", "v1", {"x"})});
    EXPECT_EQ(applied.definitions.added, 1u);
    EXPECT_EQ(type_of("x"), "test.v1");
    const auto revisions = sources.revisions();
    ASSERT_EQ(revisions.size(), 1u);
    EXPECT_EQ(revisions[0].source, "shop/a.yaml");
    EXPECT_EQ(revisions[0].revision, 1);
    EXPECT_EQ(revisions[0].digest, "v1");
    EXPECT_EQ(revisions[0].applied_by, "one");
    EXPECT_EQ(revisions[0].applied_at, clock.now());
}

TEST_P(SourceConformance, TheSameFileOnAnotherHostChangesNothing) {
    start("one", {file("a.yaml", "v1", {"x"})});
    const auto applied = start("two", {file("a.yaml", "v1", {"x"})});
    EXPECT_TRUE(applied.definitions.changes.empty());
    EXPECT_TRUE(applied.newer.empty());
    EXPECT_EQ(revision("a.yaml"), 1);
}

TEST_P(SourceConformance, ANewerFileOnAStartingHostIsApplied) {
    start("one", {file("a.yaml", "v1", {"x"})});
    EXPECT_EQ(start("two", {file("a.yaml", "v2", {"x"})}).definitions.changed, 1u);
    EXPECT_EQ(revision("a.yaml"), 2);
}

TEST_P(SourceConformance, AnOlderFileOnAStartingHostIsLeftOutAndReported) {
    start("one", {file("a.yaml", "v1", {"x"})});
    start("two", {file("a.yaml", "v2", {"x", "y"})});
    const auto applied = start("three", {file("a.yaml", "v1", {"x"}), file("b.yaml", "v1", {"z"})});
    ASSERT_EQ(applied.newer.size(), 1u);
    EXPECT_EQ(applied.newer[0].source, "shop/a.yaml");
    EXPECT_EQ(applied.newer[0].applied_by, "two");
    EXPECT_EQ(applied.definitions.added, 1u) << "other files count";
    EXPECT_EQ(type_of("x"), "test.v2");
    EXPECT_EQ(type_of("y"), "test.v2");
}

TEST_P(SourceConformance, AnOlderFileCountsWhenItIsForced) {
    start("one", {file("a.yaml", "v1", {"x"})});
    start("two", {file("a.yaml", "v2", {"x", "y"})});
    sources.apply({.application = "shop",
                   .server = "one",
                   .files = {file("a.yaml", "v1", {"x"})},
                   .is_start = true,
                   .is_forced = true});
    EXPECT_EQ(type_of("x"), "test.v1");
    EXPECT_EQ(type_of("y"), "");
    EXPECT_EQ(revision("a.yaml"), 3);
}

TEST_P(SourceConformance, WhoBroughtTheLastRevisionMayGoBackAtRest) {
    start("one", {file("a.yaml", "v1", {"x"})});
    start("one", {file("a.yaml", "v2", {"x"})});
    const auto back = start("one", {file("a.yaml", "v1", {"x"})});
    EXPECT_TRUE(back.newer.empty());
    EXPECT_EQ(back.definitions.changed, 1u);
    EXPECT_EQ(type_of("x"), "test.v1");
    EXPECT_EQ(revision("a.yaml"), 3);
    start("two", {file("a.yaml", "v3", {"x"})});
    EXPECT_EQ(start("one", {file("a.yaml", "v1", {"x"})}).newer.size(), 1u) << "two has a newer one now";
    EXPECT_EQ(type_of("x"), "test.v3");
}

TEST_P(SourceConformance, WhoRemovedAFileMayPutItBackAtRest) {
    start("one", {file("a.yaml", "v1", {"x"})});
    start("one", {});
    ASSERT_EQ(type_of("x"), "");
    EXPECT_EQ(start("one", {file("a.yaml", "v1", {"x"})}).definitions.added, 1u);
    EXPECT_EQ(type_of("x"), "test.v1");
}

TEST_P(SourceConformance, AnEditIsAppliedThoughItGoesBack) {
    start("one", {file("a.yaml", "v1", {"x"})});
    event("one", {edited(file("a.yaml", "v2", {"x"}))});
    EXPECT_EQ(event("one", {edited(file("a.yaml", "v1", {"x"}))}).definitions.changed, 1u);
    EXPECT_EQ(type_of("x"), "test.v1");
    EXPECT_EQ(revision("a.yaml"), 3);
}

TEST_P(SourceConformance, AnEditOfOneFileDoesNotBringBackAnotherThatIsOlderHere) {
    start("one", {file("a.yaml", "v1", {"x"}), file("b.yaml", "v1", {"y"})});
    start("two", {file("a.yaml", "v2", {"x"}), file("b.yaml", "v1", {"y"})});
    const auto applied = event("one", {file("a.yaml", "v1", {"x"}), edited(file("b.yaml", "v2", {"y"}))});
    EXPECT_EQ(applied.newer.size(), 1u);
    EXPECT_EQ(type_of("x"), "test.v2");
    EXPECT_EQ(type_of("y"), "test.v2");
}

TEST_P(SourceConformance, TheSameEditOnSeveralHostsIsOneRevision) {
    for (const std::string name : {"one", "two", "three"})
        start(name, {file("a.yaml", "v1", {"x"})});
    for (const std::string name : {"one", "two", "three"})
        event(name, {edited(file("a.yaml", "v2", {"x"}))});
    EXPECT_EQ(revision("a.yaml"), 2);
}

TEST_P(SourceConformance, AFileThatAHostNeverHadIsNotGone) {
    start("one", {file("a.yaml", "v1", {"x"})});
    EXPECT_TRUE(start("two", {}).definitions.changes.empty());
    EXPECT_TRUE(event("two", {}).definitions.changes.empty());
    EXPECT_EQ(type_of("x"), "test.v1");
}

TEST_P(SourceConformance, AFileIsGoneAtTheStartOfTheHostThatAppliedIt) {
    start("one", {file("a.yaml", "v1", {"x"})});
    EXPECT_EQ(start("one", {}).definitions.retired, 1u);
    EXPECT_EQ(type_of("x"), "");
    EXPECT_EQ(revision("a.yaml"), 2);
    EXPECT_TRUE(start("one", {}).definitions.changes.empty());
    EXPECT_EQ(revision("a.yaml"), 2) << "it is gone only once";
}

TEST_P(SourceConformance, AFileThatVanishedBeforeTheEyesOfAHostIsGoneWhoeverAppliedIt) {
    start("one", {file("a.yaml", "v1", {"x"})});
    start("two", {file("a.yaml", "v1", {"x"})});
    EXPECT_EQ(event("two", {}, {"shop/a.yaml"}).definitions.retired, 1u);
    EXPECT_TRUE(event("one", {}, {"shop/a.yaml"}).definitions.changes.empty());
    EXPECT_EQ(start("three", {file("a.yaml", "v1", {"x"})}).newer.size(), 1u);
}

TEST_P(SourceConformance, ADefinitionMovesWithAnEdit) {
    start("one", {file("a.yaml", "v1", {"x", "y"})});
    const auto applied =
        event("one", {edited(file("a.yaml", "v2", {"x"})), edited(file("b.yaml", "v1", {"y"}))});
    EXPECT_EQ(applied.definitions.retired, 0u);
    EXPECT_EQ(definitions.find("y")->source, "shop/b.yaml");
}

TEST_P(SourceConformance, ANameInTwoSourcesIsRefusedAndNothingIsKept) {
    start("one", {file("a.yaml", "v1", {"x"})});
    EXPECT_TRUE(is_refused([&] { start("two", {file("b.yaml", "v1", {"y", "x"})}); }));
    EXPECT_EQ(revision("b.yaml"), 0);
    EXPECT_EQ(type_of("y"), "");
}

TEST_P(SourceConformance, APlanSaysWhatWouldBeDoneAndDoesNothing) {
    start("one", {file("a.yaml", "v1", {"x", "y"})});
    const auto planned = sources.plan({.application = "shop",
                                       .server = "one",
                                       .files = {file("a.yaml", "v2", {"x", "z"})},
                                       .is_start = true});
    EXPECT_EQ(planned.definitions.added, 1u);
    EXPECT_EQ(planned.definitions.changed, 1u);
    EXPECT_EQ(planned.definitions.retired, 1u);
    for (const DefinitionChange& change : planned.definitions.changes) {
        EXPECT_EQ(change.before.has_value(), change.kind != DefinitionChange::Kind::added) << change.name;
        EXPECT_EQ(change.after.has_value(), change.kind != DefinitionChange::Kind::retired) << change.name;
    }
    EXPECT_EQ(type_of("x"), "test.v1");
    EXPECT_EQ(type_of("z"), "");
    EXPECT_EQ(revision("a.yaml"), 1);
}

TEST_P(SourceConformance, ARefusalStaysUntilItIsMended) {
    sources.set_refusal("shop", "one", "jobs.yaml:1:1  bad");
    sources.set_refusal("shop", "two", "jobs.yaml:2:1  bad");
    clock.advance(1min);
    sources.set_refusal("shop", "one", "jobs.yaml:1:1  worse");
    auto refusals = sources.refusals();
    ASSERT_EQ(refusals.size(), 2u);
    EXPECT_EQ(refusals[0].server, "one");
    EXPECT_EQ(refusals[0].problems, "jobs.yaml:1:1  worse");
    const TimePoint said = clock.now();
    EXPECT_EQ(refusals[0].since, said);
    clock.advance(1min);
    sources.set_refusal("shop", "one", "jobs.yaml:1:1  worse");
    EXPECT_EQ(sources.refusals()[0].since, said) << "the same, said again";
    sources.set_refusal("shop", "one", "");
    refusals = sources.refusals();
    ASSERT_EQ(refusals.size(), 1u);
    EXPECT_EQ(refusals[0].server, "two");
}

TEST_P(SourceConformance, ARefusalOfAServerThatIsForgottenGoesToo) {
    const ServerId gone = servers.enter({.incarnation = "one's", .name = "one", .application = "shop"}, {});
    servers.enter({.incarnation = "two's", .name = "two", .application = "shop"}, {});
    sources.set_refusal("shop", "one", "bad");
    sources.set_refusal("shop", "two", "bad");
    servers.leave(gone);
    clock.advance(std::chrono::weeks{1} + 1s);
    sources.set_refusal("shop", "three", "bad, at its very start");
    upkeep.purge_servers();
    std::vector<std::string> left;
    for (const Refusal& refusal : sources.refusals())
        left.push_back(refusal.server);
    EXPECT_EQ(left, (std::vector<std::string>{"three", "two"}));
}

TEST_P(SourceConformance, ThousandsOfDefinitionsComeChangeAndGoAtOnce) {
    std::vector<std::string> names;
    for (int number = 0; number < 3000; ++number)
        names.push_back("job-" + std::to_string(number));
    EXPECT_EQ(start("one", {file("a.yaml", "v1", names)}).definitions.added, 3000u);
    EXPECT_EQ(event("one", {edited(file("a.yaml", "v2", names))}).definitions.changed, 3000u);
    EXPECT_EQ(type_of("job-2999"), "test.v2");
    EXPECT_EQ(definitions.list().size(), 3000u);
    names.resize(1);
    EXPECT_EQ(event("one", {edited(file("a.yaml", "v2", names))}).definitions.retired, 2999u);
    EXPECT_EQ(definitions.list().size(), 1u);
}

TEST_P(SourceConformance, ANameTwiceIsRefused) {
    EXPECT_TRUE(is_refused([&] {
        start("one", {file("a.yaml", "v1", {"x"}), file("b.yaml", "v1", {"x"})});
    }));
    EXPECT_EQ(type_of("x"), "");
}

INSTANTIATE_TEST_SUITE_P(Databases, SourceConformance, testing::ValuesIn(all_backends()), backend_name);

}  // namespace
}  // namespace jobhost::storage
