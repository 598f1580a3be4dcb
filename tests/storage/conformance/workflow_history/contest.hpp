// Workflows in a database and in the model, which are told the same and must answer the same; and whatever
// happens, nothing is stuck, lost, or more than it may be.
#pragma once

#include "tests/storage/conformance/history/choices.hpp"
#include "tests/storage/conformance/test_database.hpp"
#include "tests/storage/conformance/workflow_history/told.hpp"
#include "tests/storage/conformance/workflow_history/workflow_history.hpp"
#include "tests/storage/model_store/model_storage.hpp"
#include "tests/support/manual_clock.hpp"

namespace jobhost::storage::workflow_history {

using history::Choices;

class Contest {
public:
    // Opens `database`, which must be empty and outlive it, twice; the steps go to both in turn.
    explicit Contest(TestDatabase& database);

    // Throws history::Disagreement.
    void perform(const Step& step);
    // The last step in words.
    const std::string& words() const noexcept { return words_; }

private:
    // The database or the model, and what it calls things.
    struct Side {
        history::Names names;
        std::vector<ServerId> servers;
        std::vector<ClaimedJob> runs;
    };
    struct Submission {
        std::vector<NewBatch> batches;
        std::vector<NewJob> jobs;
    };
    struct Run {
        std::size_t server;
        bool is_open = true;  // as far as its host knows
    };
    // What was sent once and may be sent again. The runs by number.
    struct End {
        std::size_t run;
        Settlement settlement;  // without the lease
    };
    using Ends = std::vector<End>;

    // contest_submit.cpp
    NewJob some_job(Choices& choices);
    std::vector<Parent> some_parents(Choices& choices, std::size_t most);
    void submit_jobs(Choices& choices);
    void submit_batch(Choices& choices);
    void submit_again(Choices& choices);
    void submit(const Submission& submission);

    // contest_runs.cpp
    void enter();
    void claim(Choices& choices);
    void end_runs(Choices& choices, bool also_claims);
    void settle_again(Choices& choices);
    void exchange(std::size_t server, const Ends& ends, Choices* claims);
    std::vector<Settlement> settlements(const Ends& ends, const Side& side) const;
    ClaimRequest some_request(Choices& choices);
    std::map<JobId, Lease> their_leases();
    model::Choice choice_of(const Exchanged& exchanged, std::map<JobId, Lease> before);
    Settlement some_end(Choices& choices);
    void hand_in(Choices& choices);
    void save(Choices& choices);
    void crash(Choices& choices);
    std::optional<std::size_t> some_run(Choices& choices) const;

    // contest_people.cpp
    void operate(Choices& choices);
    void command(Choices& choices);
    void pause(Choices& choices);
    void set_limits(Choices& choices);
    void open_batch(Choices& choices);
    void cancel_batch(Choices& choices);
    void promote(Choices& choices);
    void purge(Choices& choices);
    void look(Choices& choices);

    // Asks both and compares; what is refused is an answer, too.
    template <class Ask>
    void both(const std::string& about, Ask ask) {
        history::agree(about, answer(ask, theirs(), their_side_), answer(ask, model_, our_side_));
    }
    template <class Ask>
    static std::string answer(Ask ask, Storage& storage, Side& side) {
        try {
            return ask(storage, side);
        } catch (const StorageError& error) {
            if (error.kind() != StorageError::Kind::refused) throw;
            return "refused";
        }
    }
    static void settle_down(Storage& storage);
    void compare();
    Storage& theirs() { return *opened_[turn_ % opened_.size()]; }
    void say(const std::string& text) { words_ += (words_.empty() ? "" : ", ") + text; }
    // One of the last ones; REQUIRES: there is one.
    JobId some_id(Choices& choices) const;
    // Of those that wait for a slot.
    std::vector<Job> parked();
    std::optional<BatchId> some_batch(Choices& choices) const;

    test::ManualClock clock_;
    std::vector<std::unique_ptr<Storage>> opened_;
    std::shared_ptr<model::ModelDatabase> model_database_ = std::make_shared<model::ModelDatabase>();
    model::ModelStorage model_{model_database_, clock_};
    Side their_side_;
    Side our_side_;
    std::size_t turn_ = 0;
    std::string words_;
    std::vector<Run> runs_;
    std::vector<std::pair<std::size_t, Ends>> sent_;
    std::vector<Submission> submissions_;
    std::vector<JobId> ids_;
    std::vector<BatchId> batch_ids_;
    std::map<std::string, std::int64_t> most_;  // the largest capacity that each concurrent limit has had
};

}  // namespace jobhost::storage::workflow_history
