// Files that are no configuration at all, or want to be too much: an error that says so, soon and in little
// memory.
#include "tests/config/folder.hpp"

#include <sys/resource.h>
#include <sys/stat.h>

#include <chrono>
#include <fstream>

namespace jobhost::config {
namespace {

using namespace std::chrono_literals;

class HostileFileTest : public FolderTest {
protected:
    // What is said, after no long time and without much memory.
    std::string says(std::string_view text) {
        const long before = peak();
        const auto begun = std::chrono::steady_clock::now();
        std::string said = jobs_say(text);
        EXPECT_LT(std::chrono::steady_clock::now() - begun, 10s);
        EXPECT_LT(peak() - before, 200'000) << "kB";
        return said;
    }
    static long peak() {
        rusage usage{};
        ::getrusage(RUSAGE_SELF, &usage);
        return usage.ru_maxrss;
    }
    static bool has(const std::string& text, std::string_view part) {
        return text.find(part) != std::string::npos;
    }
};

TEST_F(HostileFileTest, AliasesThatGrowWithoutEnd) {
    std::string laughs = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n";
    for (int i = 1; i < 30; ++i) {
        const std::string inner = "*a" + std::to_string(i - 1);
        std::string line = "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + inner;
        for (int j = 1; j < 10; ++j)
            line += ", " + inner;
        laughs += line + "]\n";
    }
    EXPECT_PRED2(has, says(laughs), "more than 100,000 values");
}

TEST_F(HostileFileTest, ALongTextThatManyAliasesStandFor) {
    std::string text = "jobs:\n  a:\n    type: x.y\n    args:\n      one: &one \"" +
                       std::string(500'000, 'x') + "\"\n      all: [*one";
    for (int i = 0; i < 50'000; ++i)
        text += ", *one";
    EXPECT_PRED2(has, says(text + "]\n"), "more than 8 MiB of text");
}

// 20 calendars of 1,000 days, named by as many schedules as there is room for.
TEST_F(HostileFileTest, CalendarsThatManySchedulesName) {
    std::string text = "calendars:\n";
    std::string all = "[c0";
    for (int calendar = 0; calendar < 20; ++calendar) {
        text += "  c" + std::to_string(calendar) + ": ";
        if (calendar > 0) all += ", c" + std::to_string(calendar);
        for (int day = 0; day < 1000; ++day)
            text += (day == 0 ? "[" : ", ") + std::string{"2030-01-01"};
        text += "]\n";
    }
    text += "jobs:\n  j: {type: x.y, schedule: {every: 1d, except: &all " + all + "]}}\n";
    for (int job = 0; job < 2000; ++job)
        text += "  j" + std::to_string(job) + ": {type: x.y, schedule: {every: 1d, except: *all}}\n";
    const std::string said = says(text);
    EXPECT_PRED2(has, said, "is more than 1,000,000 days and ranges up to here");
    EXPECT_EQ(said.find('\n'), std::string::npos) << "it is said once";
}

TEST_F(HostileFileTest, ALevelInALevelInALevel) {
    EXPECT_PRED2(has, says(std::string(500'000, '[')), "jobs.yaml:1:");
    EXPECT_PRED2(has, says("jobs: " + std::string(100, '[') + std::string(100, ']')), "64 levels");
    std::string deep;
    for (int i = 0; i < 1000; ++i)
        deep += std::string(static_cast<std::size_t>(i), ' ') + "a:\n";
    EXPECT_PRED2(has, says(deep), "64 levels");
}

TEST_F(HostileFileTest, AHundredMegabytes) {
    jobs_say("");
    std::filesystem::resize_file(folder() / "jobs.yaml", 100'000'000);
    const long before = peak();
    ASSERT_EQ(errors().size(), 1u);
    EXPECT_PRED2(has, errors()[0], "is larger than 1 MiB");
    EXPECT_LT(peak() - before, 50'000) << "kB";
}

TEST_F(HostileFileTest, AMegabyteOfValues) {
    std::string many = "jobs:\n";
    for (int i = 0; i < 20'000; ++i)
        many += "  j" + std::to_string(i) + ": {}  # a job without a type\n";
    EXPECT_PRED2(has, says(many), "has no 'type'");
    EXPECT_PRED2(has, says(std::string(1'000'000, 'x')), "must be a mapping");
    EXPECT_NE(says("jobs: {" + std::string(1'000'000, ',') + "}"), "");
    EXPECT_NE(says(std::string(1'000'000, '\n') + "x"), "");
    EXPECT_NE(says(std::string(500'000, '-')), "");
}

// What waits for what waits for many, in every way.
TEST_F(HostileFileTest, ManyThatFireTogether) {
    std::string text = "jobs:\n";
    const auto add = [&](int from, int to) {
        std::string names;
        for (int job = from; job < to; ++job)
            names += (names.empty() ? "[j" : ", j") + std::to_string(job);
        return names + "]";
    };
    for (int job = 0; job < 1002; ++job)
        text += "  j" + std::to_string(job) + ": {type: x.y, schedule: {every: 1h}}\n";
    for (int third = 0; third < 3; ++third)
        text += "  z" + std::to_string(third) +
                ": {type: x.y, after: " + add(334 * third, 334 * (third + 1)) + "}\n";
    const auto chain = [](int links) {
        std::string said;
        for (int link = 3; link < links; ++link) {
            const auto z = [link](int back) { return "z" + std::to_string(link - back); };
            said += "  " + z(0) + ": {type: x.y, after: [" + z(1) + ", " + z(2) + ", " + z(3) + "]}\n";
        }
        return said;
    };
    EXPECT_EQ(says(text), "") << "three groups";
    const std::string said = says(text + chain(3000));
    EXPECT_PRED2(has, said, "makes more than 1000 definitions fire together");
    EXPECT_EQ(said.find('\n'), std::string::npos) << "it is said once";
    // One more each time.
    text = "jobs:\n  z0: {type: x.y, schedule: {every: 1h}}\n";
    for (int link = 1; link < 5000; ++link)
        text += "  j" + std::to_string(link) + ": {type: x.y, schedule: {every: 1h}}\n  z" +
                std::to_string(link) + ": {type: x.y, after: [z" + std::to_string(link - 1) + ", j" +
                std::to_string(link) + "]}\n";
    EXPECT_PRED2(has, says(text), "makes more than 1000 definitions fire together");
}

TEST_F(HostileFileTest, Binaries) {
    EXPECT_PRED2(has,
                 says(std::string_view{"\x7f"
                                       "ELF\x02\x01\x01\0\0",
                                       9}),
                 "control character");
    EXPECT_PRED2(has, says(std::string_view{"jobs:\0 {}", 9}), "jobs.yaml:1:6");
}

TEST_F(HostileFileTest, OtherEncodings) {
    EXPECT_PRED2(has, says(std::string_view{"\xff\xfej\0o\0b\0s\0:\0", 12}),
                 "is not UTF-8  save the file as UTF-8");
    EXPECT_PRED2(has, says(std::string_view{"\xfe\xff\0j\0o\0b\0s\0:", 12}), "is not UTF-8");
    EXPECT_PRED2(has, says("jobs: {a: {type: x.y, tags: [M\xfcnchen]}}"), "jobs.yaml:1:31  is not UTF-8");
    EXPECT_EQ(says("\xEF\xBB\xBFjobs: {}"), "");
}

TEST_F(HostileFileTest, Tabs) {
    EXPECT_PRED2(has, says("jobs:\n\ta: {type: x.y}\n"), "jobs.yaml:2:1");
    EXPECT_PRED2(has, says("jobs:\n\ta: {type: x.y}\n"), "tab");
}

TEST_F(HostileFileTest, DuplicateKeysAndMergeKeys) {
    EXPECT_PRED2(has, says("jobs:\n  a: {type: x.y, type: x.z}\n"), "jobs.yaml:2:18");
    EXPECT_PRED2(has, says("jobs: {}\njobs: {}\n"), "jobs.yaml:2:1");
    EXPECT_PRED2(has, says("jobs:\n  a: &a {type: x.y}\n  b: {<<: *a}\n"),
                 "merge keys '<<' are not supported");
}

TEST_F(HostileFileTest, HalfWrittenFiles) {
    const std::string whole =
        "jobs:\n  nightly:\n    type: \"shop.backup\"\n    args: {to: [a, \"b\"]}\n    schedule: \"0 2 * * "
        "*\"\n";
    ASSERT_EQ(says(whole), "");
    for (std::size_t size = 0; size < whole.size(); ++size)
        says(whole.substr(0, size));  // right or wrong, but it comes to an end
    EXPECT_PRED2(has, says(whole.substr(0, whole.size() - 2)), "a quote is not closed");
    EXPECT_EQ(says(""), "");
    EXPECT_EQ(says("\n# nothing\n"), "");
}

TEST_F(HostileFileTest, WhatIsNoFileIsNotWaitedFor) {
    jobs_say("");
    std::filesystem::remove(folder() / "jobs.yaml");
    ASSERT_EQ(::mkfifo((folder() / "jobs.yaml").c_str(), 0600), 0);
    EXPECT_PRED2(has, errors().at(0), "is not a regular file");
    std::filesystem::remove(folder() / "jobs.yaml");
    std::filesystem::create_symlink("jobs.yaml", folder() / "jobs.yaml");
    EXPECT_EQ(errors().size(), 1u) << "a link to itself";
    std::filesystem::remove(folder() / "jobs.yaml");
    std::filesystem::create_symlink("/dev/zero", folder() / "jobs.yaml");
    EXPECT_PRED2(has, errors().at(0), "is not a regular file");
    std::filesystem::remove(folder() / "jobs.yaml");
    std::filesystem::create_symlink("elsewhere/jobs.yaml", folder() / "jobs.yaml");
    EXPECT_PRED2(has, errors().at(0), "jobs.yaml  is a link to a file that is not there");
}

}  // namespace
}  // namespace jobhost::config
