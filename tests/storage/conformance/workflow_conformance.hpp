// What tests of workflows, limits and operations start from: a server that runs the jobs of the tests, and
// words for what becomes of them.
#pragma once

#include "tests/storage/conformance/conformance.hpp"

namespace jobhost::storage {

class WorkflowConformance : public StorageConformance {
protected:
    WorkflowConformance() { server = enter_worker("worker"); }

    ServerId enter_worker(const std::string& incarnation) {
        return servers.enter({.incarnation = incarnation, .name = incarnation},
                             std::vector<ServedType>{{.type = "test.job"}});
    }

    // What is left for later is done. Before it, a database may be behind.
    void settle_down() {
        for (int i = 0; i < 100'000; ++i)
            if (workflows.go_on(100) + operations.go_on(100) + limits.grant(100) == 0) return;
        ADD_FAILURE() << "there is always something left to do";
    }

    // Parents: "after that one has ended so".
    template <class Id>
    static Parent after(Id parent, Condition on = Condition::succeeded) {
        return {parent, on};
    }
    NewJob job_after(std::vector<Parent> parents) {
        NewJob made = job();
        made.parents = std::move(parents);
        return made;
    }
    template <class Id>
    JobId insert_after(Id parent, Condition on = Condition::succeeded) {
        return insert(job_after({after(parent, on)}));
    }
    NewBatch batch(std::vector<Parent> parents = {}) {
        NewBatch made;
        made.id = BatchId{jobs.reserve_ids(1).value};
        made.name = "batch " + std::to_string(made.id.value);
        made.parents = std::move(parents);
        return made;
    }
    NewJob job_in_batch(BatchId of, std::vector<Parent> parents = {}) {
        NewJob made = job_after(std::move(parents));
        made.batch = of;
        return made;
    }
    std::vector<Inserted> submit(const std::vector<NewBatch>& batches, const std::vector<NewJob>& made) {
        std::vector<Inserted> answers = workflows.submit(batches, made);
        settle_down();
        return answers;
    }
    // With `count` jobs, whose ids are added to `members`.
    BatchId submit_batch(std::size_t count, std::vector<JobId>& members, const NewBatch& made) {
        std::vector<NewJob> jobs_in_it;
        for (std::size_t i = 0; i < count; ++i)
            jobs_in_it.push_back(job_in_batch(made.id));
        submit({made}, jobs_in_it);
        for (const JobId id : ids_of(jobs_in_it))
            members.push_back(id);
        return made.id;
    }
    BatchId submit_batch(std::size_t count, std::vector<JobId>& members) {
        return submit_batch(count, members, batch());
    }

    // What a claim gets, best first.
    std::vector<JobId> claimed(std::size_t limit = 1000) {
        const std::vector<ClaimedJob> runs = claim(limit);
        for (const ClaimedJob& run : runs)
            runs_[run.id] = run;
        settle_down();
        return ids_of(runs);
    }
    // Its run; it is claimed, with all others that can run, unless it runs already.
    ClaimedJob run_of(JobId id) {
        claimed();
        const auto found = runs_.find(id);
        if (found == runs_.end()) throw std::runtime_error{"job " + std::to_string(id.value) + " cannot run"};
        return found->second;
    }
    // Whether a claim gets it.
    bool can_run(JobId id) {
        runs_.erase(id);
        try {
            run_of(id);
            return true;
        } catch (const std::runtime_error&) {
            return false;
        }
    }
    void finish(const Settlement& settlement) {
        EXPECT_EQ(settle(settlement), Moved::yes);
        settle_down();
    }
    void succeed(JobId id, const std::string& result = "") { finish(success_of(run_of(id), result)); }
    void fail(JobId id) { finish(failure_of(run_of(id))); }
    void delete_by_policy(JobId id) { finish(deletion_of(run_of(id))); }
    void end(JobId id, StateName state) {
        state == succeeded ? succeed(id) : state == failed ? fail(id) : delete_by_policy(id);
    }

    Operated operate(JobId id, const Operation& operation) {
        const Operated operated = operations.operate({&id, 1}, operation).at(0);
        settle_down();
        return operated;
    }
    Operated operate(JobId id, Verb verb) { return operate(id, Operation{.verb = verb, .by = "somebody"}); }
    Operated requeue(JobId id) { return operate(id, Verb::requeue); }
    Operated reschedule(JobId id, TimePoint at) {
        return operate(id, Operation{.verb = Verb::reschedule, .by = "somebody", .at = at});
    }

    Reason reason_of(JobId id) {
        return std::visit(
            [](const auto& state) {
                if constexpr (requires { state.reason; })
                    return state.reason;
                else
                    return Reason::none;
            },
            find(id).state);
    }
    TimePoint due_of(JobId id) { return std::get<Scheduled>(find(id).state).due_at; }
    Batch batch_of(BatchId id) { return workflows.find(id).value(); }
    BatchState state_of_batch(BatchId id) { return batch_of(id).state; }

private:
    std::map<JobId, ClaimedJob> runs_;
};

}  // namespace jobhost::storage
