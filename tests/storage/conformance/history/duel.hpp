// A database and the model, which are told the same and must answer the same.
#pragma once

#include "tests/storage/conformance/history/choices.hpp"
#include "tests/storage/conformance/history/history.hpp"
#include "tests/storage/conformance/history/shown.hpp"
#include "tests/storage/conformance/test_database.hpp"
#include "tests/storage/model_store/model_storage.hpp"
#include "tests/support/manual_clock.hpp"

namespace jobhost::storage::history {

class Duel {
public:
    // Opens `database`, which must be empty and outlive it, twice; the steps go to both in turn.
    explicit Duel(TestDatabase& database);

    // Throws Disagreement.
    void perform(const Step& step);
    // All that there is to see. Throws Disagreement.
    void compare_all();
    // The last step in words.
    const std::string& words() const noexcept { return told_; }

private:
    struct Server {
        std::string incarnation;
        ServerId theirs;
        ServerId ours;
    };
    struct Run {
        ClaimedJob theirs;
        ClaimedJob ours;
        std::size_t server;
        bool is_open = true;  // as far as its host knows
    };
    // What was sent once and may be sent again.
    struct Sent {
        std::size_t server;
        std::vector<Settlement> theirs;
        std::vector<Settlement> ours;
    };
    struct SentFirings {
        std::vector<Firing> theirs;
        std::vector<Firing> ours;
    };

    // Hosts and their runs: duel_runs.cpp.
    void claim(Choices& choices);
    void settle(Choices& choices);
    void settle_again(Choices& choices);
    void settle_late(Choices& choices);
    void give_back_unheld(Choices& choices);
    void append_log(Choices& choices);
    ClaimRequest some_lanes(Choices& choices, std::size_t limit);
    void add_end(Choices& choices, std::size_t run, Sent& sent);
    void exchange(const Sent& sent, const ClaimRequest& claim);

    // Jobs, servers, definitions: duel_deeds.cpp.
    void insert(Choices& choices);
    void insert_again(Choices& choices);
    void insert_both(const std::vector<NewJob>& batch);
    void promote(Choices& choices);
    void enter(Choices& choices);
    void enter_again(Choices& choices);
    void announce(const std::string& incarnation, Server& server);
    void declare_dead(Choices& choices);
    void recover(Choices& choices);
    void purge(Choices& choices);
    void keep_counters();
    void apply(Choices& choices);
    void fire(Choices& choices);
    void fire_both(const SentFirings& sent);

    // What is seen: duel.cpp.
    void look(Choices& choices);
    void compare_jobs();
    void compare_servers();
    void compare_lists(const JobFilter& filter, std::size_t page_size);
    void compare_history_of(JobId job);
    Server& some_server(Choices& choices) { return servers_[choices.below(servers_.size())]; }
    Storage& theirs() { return *opened_[turn_ % opened_.size()]; }
    void tell(const std::string& text) { told_ += (told_.empty() ? "" : ", ") + text; }

    test::ManualClock clock_;
    std::vector<std::unique_ptr<Storage>> opened_;
    std::shared_ptr<model::ModelDatabase> model_database_ = std::make_shared<model::ModelDatabase>();
    model::ModelStorage model_{model_database_, clock_};
    std::size_t turn_ = 0;
    std::string told_;
    Names their_names_;
    Names our_names_;
    std::vector<Server> servers_;
    std::vector<Run> runs_;
    std::vector<std::vector<NewJob>> batches_;
    std::vector<Sent> sent_;
    std::vector<SentFirings> firings_;
    std::vector<JobId> ids_;
};

}  // namespace jobhost::storage::history
