// Running jobs that ask, of a database that can be broken, and the answers that they get.
#pragma once

#include "host/execution/run_requests.hpp"
#include "storage/storage_error.hpp"
#include "tests/host/sync/manual_boot_clock.hpp"
#include "tests/support/counted_events.hpp"
#include "tests/support/temporary_storage.hpp"

#include <jobhost/plugin.h>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace jobhost::host {

using namespace std::chrono_literals;
using storage::StorageError;
using worker::RequestKind;

// Keeps in memory what runs save, and breaks when it is told to; jobs go to a real database.
class BreakableRuns final : public storage::RunStore {
public:
    explicit BreakableRuns(storage::RunStore& real) : real_{real} {}

    std::atomic<int> faults{0};  // so many calls fail
    std::atomic<StorageError::Kind> fault{StorageError::Kind::unavailable};
    std::atomic<bool> is_lost{false};
    std::atomic<JobId> broken_job{JobId{}};  // nothing of it can be saved
    test::CountedEvents calls;
    Guarded<storage::SavedWork> saved;

    storage::SavedWork load(JobId, std::int64_t) override {
        begin();
        return saved.with([](const storage::SavedWork& work) { return work; });
    }
    bool save_checkpoint(const storage::RunKey& run, const std::string& checkpoint) override {
        begin();
        if (run.job == broken_job.load()) throw StorageError{StorageError::Kind::busy, "its row is locked"};
        if (!is_lost) saved.with([&](storage::SavedWork& work) { work.checkpoint = checkpoint; });
        return !is_lost;
    }
    bool save_step(const storage::RunKey&, const std::string& name, const std::string& result) override {
        begin();
        if (!is_lost) saved.with([&](storage::SavedWork& work) { work.steps.emplace_back(name, result); });
        return !is_lost;
    }
    std::optional<std::vector<std::int64_t>> answer_to(const storage::RunKey& run,
                                                       const storage::RunCall& call) override {
        begin();
        return real_.answer_to(run, call);
    }
    std::optional<std::vector<std::int64_t>> submit(const storage::RunKey& run, const storage::RunCall& call,
                                                    std::span<const NewBatch> batches,
                                                    std::span<const NewJob> jobs) override {
        begin();
        return real_.submit(run, call, batches, jobs);
    }

private:
    void begin() {
        calls.happened();
        if (faults > 0) {
            --faults;
            throw StorageError{fault, "connection lost"};
        }
    }
    storage::RunStore& real_;
};

class BreakableStorage final : public storage::Storage {
public:
    explicit BreakableStorage(storage::Storage& real) : breakable{real.runs()}, real_{real} {}
    BreakableRuns breakable;

    storage::JobStore& jobs() noexcept override { return real_.jobs(); }
    storage::JobQueries& queries() noexcept override { return real_.queries(); }
    storage::ServerStore& servers() noexcept override { return real_.servers(); }
    storage::DefinitionStore& definitions() noexcept override { return real_.definitions(); }
    storage::UpkeepStore& upkeep() noexcept override { return real_.upkeep(); }
    storage::WorkflowStore& workflows() noexcept override { return real_.workflows(); }
    storage::OperationStore& operations() noexcept override { return real_.operations(); }
    storage::LimitStore& limits() noexcept override { return real_.limits(); }
    storage::RunStore& runs() noexcept override { return breakable; }
    storage::SourceStore& sources() noexcept override { return real_.sources(); }
    storage::ServerCommandStore& server_commands() noexcept override { return real_.server_commands(); }
    std::unique_ptr<storage::Wakeups> watch() override { return real_.watch(); }
    TimePoint now() override { return real_.now(); }

private:
    storage::Storage& real_;
};

struct RunRequestsTest : testing::Test {
    test::TemporaryStorage db;
    test::ManualBootClock boot_clock{1000s};
    BreakableStorage storage{*db.storage};
    BreakableRuns& runs = storage.breakable;
    ServerId server = enter();
    ClaimedJob run = claim();
    test::CountedEvents answered;
    Guarded<std::vector<JobAnswer>> answers;
    const SourceFolders no_files;
    RunRequests requests{{storage, server, db.clock, boot_clock, Retention{.succeeded = 7h}, no_files},
                         [this](JobAnswer answer) {
                             answers.with([&](auto& all) { all.push_back(std::move(answer)); });
                             answered.happened();
                         }};
    std::int64_t last_number = 0;

    ServerId enter() {
        const std::vector<storage::ServedType> types{
            {.type = "mail.send", .payload_version = 2, .is_older = true},
            {.type = "mail.send", .payload_version = 3, .plugin_version = "1.0.0"},
            {.type = "mail.sort", .payload_version = 1, .plugin_version = "1.0.0"}};
        return db->servers().enter({.incarnation = "one", .name = "under-test"}, types);
    }
    ClaimedJob claim() {
        NewJob job;
        job.id = db->jobs().reserve_ids(1);
        job.type = "mail.sort";
        db->jobs().insert({&job, 1});
        storage::ClaimRequest wanted;
        for (const Lane& lane : db->jobs().lanes())
            wanted.lanes.push_back({lane.id, 0});
        wanted.limit = 1;
        return db->jobs().exchange(server, {}, wanted).claimed.at(0);
    }
    void ask(worker::RequestMessage message) {
        message.number = ++last_number;
        requests.ask({run.id, run.lease, std::move(message)});
    }
    JobAnswer next_answer() {
        const auto count = static_cast<std::size_t>(last_number);
        if (!answered.wait_for(static_cast<int>(count))) {
            ADD_FAILURE() << "no answer";
            return {};
        }
        return answers.with([&](auto& all) { return all.at(count - 1); });
    }
    JobAnswer answer_to(worker::RequestMessage message) {
        ask(std::move(message));
        return next_answer();
    }
    JobAnswer enqueue(std::int64_t call, const std::string& json) {
        return answer_to({.kind = RequestKind::enqueue, .position = call, .body = json});
    }
    static std::vector<std::int64_t> ids_in(const JobAnswer& answer) {
        std::vector<std::int64_t> ids;
        const boost::json::value all = boost::json::parse(answer.reply.body);
        for (const auto& id : all.as_array())
            ids.push_back(std::stoll(std::string{id.as_string()}));
        return ids;
    }
    void cancel(std::int64_t number) {
        const JobId id{number};
        db->operations().operate({&id, 1}, {.verb = storage::Verb::cancel, .by = "somebody"});
    }
    Job job(std::int64_t id) { return db->queries().find(JobId{id}).value(); }
    // Those that were handed in.
    std::size_t jobs() { return db->queries().list({.type = "mail.send"}, 100, "").jobs.size(); }
};

}  // namespace jobhost::host
