// What is due and cannot be handed in is told once.
#include "host/scheduling/recurring_jobs.hpp"
#include "tests/host/scheduling/definitions.hpp"
#include "tests/storage/apply_definitions.hpp"
#include "tests/support/temporary_storage.hpp"

#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <sstream>

namespace jobhost::host {
namespace {

using namespace std::chrono_literals;

// What is logged as long as it exists.
class LoggedLines {
public:
    LoggedLines() : before_{spdlog::default_logger()} {
        spdlog::set_default_logger(std::make_shared<spdlog::logger>(
            "test", std::make_shared<spdlog::sinks::ostream_sink_mt>(text_)));
    }
    ~LoggedLines() { spdlog::set_default_logger(before_); }
    LoggedLines(const LoggedLines&) = delete;
    LoggedLines& operator=(const LoggedLines&) = delete;

    std::size_t count(std::string_view part) const {
        const std::string text = text_.str();
        std::size_t count = 0;
        for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
            ++count;
        return count;
    }
    std::string text() const { return text_.str(); }

private:
    std::ostringstream text_;
    std::shared_ptr<spdlog::logger> before_;
};

struct RefusedFiringTest : testing::Test {
    test::TemporaryStorage db;
    SourceFolders folders;
    RecurringJobs recurring{*db.storage, db.clock, {}, folders, [] {}};

    void define(const WrittenDefinitions& written) {
        storage::apply_definitions(db->sources(), "default", "server", written.sources());
        folders.replace_by(written.folders());
        db.clock.set(db->definitions().find("a")->next_at.value());
    }
    void run_for(int seconds) {
        for (int i = 0; i < seconds; ++i) {
            recurring.run_once();
            db.clock.advance(1s);
        }
    }
};

TEST_F(RefusedFiringTest, AKeyThatIsTakenIsToldOnce) {
    define(
        WrittenDefinitions{"jobs: {a: {type: x.a, schedule: {every: 10s}, "
                           "unique: {key: k, on_conflict: fail}}}\n"});
    recurring.run_once();
    db.clock.advance(10s);
    const LoggedLines log;
    run_for(25);
    EXPECT_EQ(log.count("a is due and cannot be handed in"), 1u) << log.text();
    EXPECT_EQ(log.count("no host was there"), 0u) << log.text();

    const JobId holder = db->queries().list({}, 1, "").jobs.at(0).id;
    db->operations().operate({&holder, 1}, {.verb = storage::Verb::cancel, .by = "ada"});
    run_for(1);
    EXPECT_EQ(log.count("a has missed its instants"), 1u) << log.text();
    EXPECT_EQ(log.count("as it could not be handed in"), 1u) << log.text();
}

TEST_F(RefusedFiringTest, AFileThatIsNotThereIsToldOnce) {
    const WrittenDefinitions written{
        "batches: {a: {schedule: {every: 10s}, for_each: {file: x.csv}, jobs: {m: {type: x.m}}}}\n"};
    define(written);
    const LoggedLines log;
    run_for(25);
    EXPECT_EQ(log.count("a is due and cannot be handed in"), 1u) << log.text();
    EXPECT_EQ(log.count("no host was there"), 0u) << log.text();
}

}  // namespace
}  // namespace jobhost::host
