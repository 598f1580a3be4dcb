#include "host/plugin/catalog.hpp"

#include "tests/host/plugin/worker_fixture.hpp"
#include "tests/support/temporary_folder.hpp"

namespace jobhost::host {
namespace {

namespace fs = std::filesystem;

TEST(Catalog, FindsTypesAndListsWhatItRefuses) {
    const test::TemporaryFolder folder;
    fs::copy_file(test_plugin("jobs"), folder / "b_jobs.so");
    fs::copy_file(test_plugin("none"), folder / "c_flawed.so");
    fs::copy_file(test_plugin("jobs"), folder / "d_jobs_again.so");
    fs::copy_file(test_plugin("no_tag"), folder / "a_no_plugin.so");
    fs::create_directory(folder / "sub.so");
    fs::create_symlink("nowhere", folder / "z_broken.so");
    folder.write("readme.txt", "no library");
    folder.write("jobs.dll", "a library of another system");

    const Catalog catalog = Catalog::scan(folder.path(), {}, test_options(), 5);

    ASSERT_EQ(catalog.plugins().size(), 2u);
    EXPECT_EQ(catalog.plugins()[0]->file, "b_jobs.so");
    EXPECT_EQ(catalog.plugins()[0]->generation, 5u);
    EXPECT_EQ(catalog.plugins()[1]->generation, 6u);
    ASSERT_EQ(catalog.refused().size(), 3u);
    EXPECT_EQ(catalog.refused()[0].file, "a_no_plugin.so");
    EXPECT_EQ(catalog.refused()[1].reason, "the plugin name jobs is already taken by b_jobs.so");
    EXPECT_EQ(catalog.refused()[2].reason, (folder / "z_broken.so").string() + " is a symbolic link");
    EXPECT_EQ(catalog.windows_files(), std::vector<std::string>{"jobs.dll"});
    const auto found = catalog.find("jobs.fail");
    ASSERT_TRUE(found);
    EXPECT_EQ(found->plugin->description.types.at(found->type).name, "fail");
    EXPECT_FALSE(catalog.find("jobs.nothing"));
    EXPECT_FALSE(catalog.find("fail"));
}

TEST(Catalog, TakesIntoTheHostOnlyWhatAllowsIt) {
    const test::TemporaryFolder folder;
    fs::copy_file(test_plugin("jobs"), folder / "jobs.so");
    fs::copy_file(test_plugin("thread_local"), folder / "allows.so");
    WorkerOptions options = test_options();
    options.hosting.isolation = config::Isolation::in_process;

    const Catalog catalog = Catalog::scan(folder.path(), {}, options);
    ASSERT_EQ(catalog.plugins().size(), 1u);
    EXPECT_EQ(catalog.plugins()[0]->file, "allows.so");
    ASSERT_EQ(catalog.refused().size(), 1u);
    EXPECT_THAT(catalog.refused()[0].reason,
                testing::HasSubstr("its job type succeed does not have the flag JOBHOST_JOB_IN_PROCESS_OK"));
    EXPECT_THAT(catalog.refused()[0].remedy, testing::HasSubstr("isolation: process"));
}

std::shared_ptr<const LoadedPlugin> generation(std::uint64_t number, const std::string& name,
                                               const std::vector<std::string>& types) {
    LoadedPlugin plugin{.description = {name, std::to_string(number), {}},
                        .image = {},
                        .file = name + ".so",
                        .generation = number};
    for (const std::string& type : types)
        plugin.description.types.push_back({.name = type, .full_name = name + "." + type});
    return std::make_shared<const LoadedPlugin>(std::move(plugin));
}

std::shared_ptr<const LoadedPlugin> with_versions(std::uint64_t number, std::uint32_t oldest,
                                                  std::uint32_t newest) {
    LoadedPlugin plugin = *generation(number, "a", {"x"});
    plugin.description.types.front().accepts_from = oldest;
    plugin.description.types.front().payload_version = newest;
    return std::make_shared<const LoadedPlugin>(std::move(plugin));
}

// Generation and the payload versions that it runs, in their order.
using Shares = std::vector<std::pair<std::uint64_t, std::set<int>>>;
Shares shares_of(const Catalog& catalog) {
    Shares all;
    for (const FoundType& type : catalog.types())
        all.emplace_back(type.plugin->generation, type.payload_versions);
    return all;
}

TEST(Catalog, AnEarlierGenerationRunsThePayloadVersionsThatNoLaterOneTakes) {
    Catalog catalog;
    catalog.add(with_versions(1, 1, 2));
    catalog.add(with_versions(2, 2, 3));
    EXPECT_EQ(shares_of(catalog), (Shares{{2, {2, 3}}, {1, {1}}}));
    EXPECT_EQ(catalog.find("a.x")->plugin->generation, 2u);
    catalog.add(with_versions(3, 5, 5));
    EXPECT_EQ(shares_of(catalog), (Shares{{3, {5}}, {2, {2, 3}}, {1, {1}}}));
    catalog.add(with_versions(4, 2, 5));
    EXPECT_EQ(shares_of(catalog), (Shares{{4, {2, 3, 4, 5}}, {1, {1}}}));
    ASSERT_EQ(catalog.earlier("a").size(), 1u);
    catalog.remove(*catalog.earlier("a").front());
    EXPECT_EQ(shares_of(catalog), (Shares{{4, {2, 3, 4, 5}}}));
    catalog.add(with_versions(5, 1, 1));
    EXPECT_EQ(shares_of(catalog), (Shares{{5, {1}}, {4, {2, 3, 4, 5}}})) << "who goes back";
}

TEST(Catalog, AnEarlierGenerationIsAddedOnlyForWhatIsLeft) {
    Catalog catalog;
    catalog.add(with_versions(3, 2, 3));
    catalog.add_earlier(with_versions(2, 3, 3));
    catalog.add_earlier(with_versions(1, 1, 2));
    EXPECT_EQ(shares_of(catalog), (Shares{{3, {2, 3}}, {1, {1}}}));
}

TEST(Catalog, ALaterGenerationHasItsTypesAndAnEarlierOneWhatIsLeft) {
    Catalog catalog;
    catalog.add(generation(1, "a", {"x", "old"}));
    catalog.add(generation(2, "b", {"x"}));
    catalog.add(generation(3, "a", {"x", "y"}));
    EXPECT_EQ(catalog.find("a.x")->plugin->generation, 3u);
    EXPECT_EQ(catalog.find("a.y")->plugin->generation, 3u);
    EXPECT_EQ(catalog.find("a.old")->plugin->generation, 1u);
    EXPECT_EQ(catalog.find("b.x")->plugin->generation, 2u);
    EXPECT_EQ(catalog.types().size(), 4u);
    EXPECT_EQ(catalog.named("a")->generation, 3u);
    EXPECT_EQ(catalog.named("c"), nullptr);

    catalog.add(generation(4, "a", {"y", "old"}));
    EXPECT_EQ(catalog.plugins().size(), 3u) << "nobody needs the first one any more";
    EXPECT_EQ(catalog.find("a.old")->plugin->generation, 4u);
    EXPECT_EQ(catalog.find("a.x")->plugin->generation, 3u);
    catalog.add(generation(5, "a", {"x", "y", "old"}));
    EXPECT_EQ(catalog.plugins().size(), 2u);
}

TEST(Catalog, FolderThatIsNotThereIsListed) {
    const Catalog catalog = Catalog::scan("/nonexistent/plugins", {}, test_options());
    ASSERT_EQ(catalog.refused().size(), 1u);
    EXPECT_THAT(catalog.refused()[0].reason, testing::HasSubstr("No such file"));
}

TEST(Catalog, FolderThatEveryoneCanWriteIsNotTrusted) {
    const test::TemporaryFolder folder;
    fs::copy_file(test_plugin("jobs"), folder / "jobs.so");
    fs::permissions(folder.path(), fs::perms{0777});
    const Catalog catalog = Catalog::scan(folder.path(), {}, test_options());
    EXPECT_TRUE(catalog.plugins().empty());
    EXPECT_EQ(catalog.refused().at(0).reason, folder.path().string() + " can be written by everyone");
}

}  // namespace
}  // namespace jobhost::host
