#include "tests/bench/raw/costs.hpp"

namespace jobhost::bench {

namespace {

constexpr int kBatch = 100;

std::optional<double> for_each_of(int rows, std::optional<double> all) {
    return all ? std::optional{*all / rows} : std::nullopt;
}

}  // namespace

std::vector<Cost> costs_of(Connection& connection, WriteMeter& meter, int rows) {
    std::vector<Cost> costs;
    const auto step = [&](const std::string& name, const auto& deed) {
        deed();
        const auto [entries, bytes, images] = meter.read();
        costs.push_back(
            {name, {for_each_of(rows, entries), for_each_of(rows, bytes), for_each_of(rows, images)}});
    };
    meter.read();
    step("insert", [&] {
        for (int done = 0; done < rows; done += kBatch)
            connection.insert(done + 1, kBatch);
    });
    std::vector<std::vector<Run>> held;
    step("claim", [&] {
        for (int done = 0; done < rows; done += kBatch)
            held.push_back(connection.claim(kBatch));
    });
    step("settle", [&] {
        for (const std::vector<Run>& runs : held)
            connection.settle(runs);
    });
    return costs;
}

}  // namespace jobhost::bench
