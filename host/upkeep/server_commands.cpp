#include "host/upkeep/server_commands.hpp"

#include <utility>

namespace jobhost::host {

namespace {

using namespace std::chrono_literals;

constexpr Duration kPeriod = 1s;
// While others write all the time, there is news all the time.
constexpr Duration kShortestPeriod = 100ms;

}  // namespace

void ServerCommands::answer(storage::ServerCommandId command, storage::ServerAnswer answer) {
    answers_.with([&](auto& all) { all.insert_or_assign(command, std::move(answer)); });
}

Duration ServerCommands::run_once() {
    write_answers();
    const BootTime now = clock_.now();
    if (looked_at_ && now - *looked_at_ < kShortestPeriod)
        return std::chrono::ceil<Duration>(kShortestPeriod - (now - *looked_at_));
    looked_at_ = now;
    std::set<storage::ServerCommandId> open;
    for (storage::ServerCommand& command : store_.open_of(server_)) {
        open.insert(command.id);
        if (in_hand_.insert(command.id).second) asked_(std::move(command));
    }
    // Those that nobody waits for any more have no need to be told apart.
    std::erase_if(in_hand_, [&](const auto& id) { return !open.contains(id); });
    return kPeriod;
}

// What could not be written is tried again.
void ServerCommands::write_answers() {
    const auto answers = answers_.with([](const auto& all) { return all; });
    for (const auto& [command, answer] : answers) {
        store_.answer(command, answer);
        answers_.with([&](auto& all) { all.erase(command); });
    }
}

}  // namespace jobhost::host
