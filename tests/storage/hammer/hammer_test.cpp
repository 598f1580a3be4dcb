// Two processes that write and one that reads, on one database at the same time: every run is recorded once,
// and no job is lost. JOBHOST_TEST_SECONDS says for how long.
#include "tests/storage/conformance/backend.hpp"
#include "tests/support/temporary_folder.hpp"

#include <sys/wait.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <random>
#include <set>
#include <unistd.h>

namespace jobhost::storage {
namespace {

using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

std::chrono::seconds duration() {
    const char* seconds = std::getenv("JOBHOST_TEST_SECONDS");
    return std::chrono::seconds{seconds == nullptr ? 2 : std::atoi(seconds)};
}

// What a writer says of itself, line by line: "made ID" and "done ID LEASE".
class Writer {
public:
    Writer(Storage& storage, const std::string& name, const std::string& report)
        : jobs_{storage.jobs()},
          server_{storage.servers().enter({.incarnation = name, .name = name}, {})},
          random_{std::hash<std::string>{}(name)},
          report_{report} {}

    void run_until(Steady::time_point end) {
        while (Steady::now() < end) {
            insert(random_() % 40);
            step(random_() % 30);
        }
        // What is left is run by whoever comes last.
        for (int idle = 0; idle < 3; idle = held_.empty() ? idle + 1 : 0) {
            jobs_.promote_due(1000);
            step(200);
        }
    }

private:
    void insert(std::size_t count) {
        if (count == 0) return;
        const JobId first = jobs_.reserve_ids(count);
        std::vector<NewJob> made(count);
        for (std::size_t i = 0; i < count; ++i) {
            made[i].id = JobId{first.value + static_cast<std::int64_t>(i)};
            made[i].type = "hammer.job" + std::to_string(random_() % 3);
            made[i].priority = static_cast<int>(random_() % 3);
        }
        jobs_.insert(made);
        if (random_() % 4 == 0) jobs_.insert(made);  // as if the answer had been lost
        for (const NewJob& job : made)
            report_ << "made " << job.id.value << '\n';
    }

    Settlement settlement_of(const ClaimedJob& run) {
        const TimePoint now = SystemClock{}.now();
        const auto choice = random_() % 10;
        if (choice == 0)
            return {.job = run.id, .lease = run.lease, .cause = Cause::given_back, .target = Enqueued{now}};
        if (choice == 1)
            return {.job = run.id,
                    .lease = run.lease,
                    .cause = Cause::retried,
                    .target = Scheduled{now, Reason::retry}};
        return {.job = run.id,
                .lease = run.lease,
                .cause = Cause::succeeded,
                .target = Succeeded{now, now, "7"},
                .started_at = now};
    }

    void step(std::size_t limit) {
        ClaimRequest claim{{}, limit};
        for (const Lane& lane : jobs_.lanes())
            claim.lanes.push_back({lane.id, 0});
        const bool is_answer_lost = random_() % 8 == 0;
        Exchanged exchanged = jobs_.exchange(server_, held_, is_answer_lost ? ClaimRequest{} : claim);
        if (is_answer_lost) exchanged = jobs_.exchange(server_, held_, claim);
        for (std::size_t i = 0; i < held_.size(); ++i) {
            const Moved expected = is_answer_lost ? Moved::already : Moved::yes;
            // A job that was given back may be in other hands, or again in ours, before the answer is
            // repeated.
            const bool may_differ = is_answer_lost && !is_final(name_of(held_[i].target));
            if (exchanged.moved[i] != expected && !may_differ)
                report_ << "wrong " << held_[i].job.value << ' ' << static_cast<int>(exchanged.moved[i])
                        << '\n';
            else if (name_of(held_[i].target) == StateName::succeeded)
                report_ << "done " << held_[i].job.value << ' ' << held_[i].lease.value << '\n';
        }
        held_.clear();
        for (const ClaimedJob& run : exchanged.claimed)
            held_.push_back(settlement_of(run));
        jobs_.promote_due(100);
    }

    JobStore& jobs_;
    const ServerId server_;
    std::mt19937 random_;
    std::ofstream report_;
    std::vector<Settlement> held_;
};

void read_until(Storage& storage, Steady::time_point end) {
    while (Steady::now() < end) {
        std::optional<std::string> cursor{""};
        for (int pages = 0; cursor && pages < 5; ++pages) {
            const JobPage page = storage.queries().list({.state = StateName::succeeded}, 50, *cursor);
            for (const Job& job : page.jobs)
                if (name_of(job.state) != StateName::succeeded)
                    throw std::runtime_error{"a page shows another state"};
            cursor = page.next;
        }
        storage.queries().count({}, {});
    }
}

// Its exit code says whether `act` threw.
template <class Act>
pid_t in_child(Act act) {
    const pid_t child = ::fork();
    if (child != 0) return child;
    int code = 0;
    try {
        act();
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        code = 1;
    }
    ::_exit(code);
}

struct Hammer : testing::TestWithParam<Backend> {};

TEST_P(Hammer, EveryRunIsRecordedOnceAndNoJobIsLost) {
    const test::TemporaryFolder folder;
    const std::unique_ptr<TestDatabase> database = GetParam().create();
    const SystemClock clock;
    database->open(clock);
    const auto end = Steady::now() + duration();
    std::vector<pid_t> children;
    for (const std::string name : {"first", "second"})
        children.push_back(in_child([&] {
            const auto storage = database->open(clock);
            Writer{*storage, name, (folder / name).string()}.run_until(end);
        }));
    children.push_back(in_child([&] { read_until(*database->open(clock), end); }));
    for (const pid_t child : children) {
        int status = -1;
        ::waitpid(child, &status, 0);
        EXPECT_EQ(status, 0);
    }

    std::set<long long> made;
    std::map<long long, int> done;
    for (const std::string name : {"first", "second"}) {
        std::ifstream report{folder / name};
        std::string word;
        long long id = 0;
        long long lease = 0;
        while (report >> word >> id) {
            if (word == "made")
                made.insert(id);
            else if (word == "done" && report >> lease)
                ++done[id];
            else
                ADD_FAILURE() << name << " says: " << word << ' ' << id;
        }
    }
    const auto storage = database->open(clock);
    const StateCounts counts = storage->queries().count({}, {});
    EXPECT_GT(made.size(), 0u);
    EXPECT_EQ(done.size(), made.size());
    EXPECT_TRUE(std::all_of(done.begin(), done.end(), [](const auto& entry) { return entry.second == 1; }));
    EXPECT_EQ(counts[static_cast<std::size_t>(StateName::succeeded)], static_cast<long long>(made.size()));
    EXPECT_FALSE(storage->upkeep().recount()) << "the counters were wrong";
    RecordProperty("jobs", std::to_string(made.size()));
    std::printf("%zu jobs\n", made.size());
}

std::vector<Backend> shared_backends() {
    std::vector<Backend> all = all_backends();
    std::erase_if(all, [](const Backend& backend) { return backend.name == "model"; });
    return all;
}

INSTANTIATE_TEST_SUITE_P(Databases, Hammer, testing::ValuesIn(shared_backends()), backend_name);

}  // namespace
}  // namespace jobhost::storage
