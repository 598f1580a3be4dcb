// What is done to a database under measurement: the deeds of a store, on jobhost's own tables.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace jobhost::bench {

// Who does it: statements of our own over the database's own library, or jobhost's stores.
enum class Contender { raw, jobhost };

inline std::string name_of(Contender contender) {
    return contender == Contender::raw ? "raw" : "jobhost";
}

// How a batch is settled and the next one claimed.
enum class Exchange {
    separate,  // a transaction each
    fused,     // both in one transaction
};

// The types of the jobs, one lane each: in a new space their lanes have the numbers 1, 2, ... The last one is
// served by nobody.
inline constexpr std::array kTypes{"bench.first", "bench.second", "bench.third", "bench.fourth",
                                   "bench.unserved"};
inline constexpr int kServedLanes = kTypes.size() - 1;

// The arguments of every job: 100 bytes of JSON.
inline const std::string kArguments = R"({"text":")" + std::string(89, 'x') + R"("})";

// A run that somebody has begun and will settle.
struct Run {
    std::int64_t id = 0;
    std::int64_t lease = 0;
};

// One connection; used by one thread. Every call is durable when it returns, and throws std::runtime_error.
class Connection {
public:
    virtual ~Connection() = default;
    // Inserts enqueued jobs with the ids first, first + 1, ..., dealt out to the served lanes in turn.
    virtual void insert(std::int64_t first, int count) = 0;
    virtual std::vector<Run> claim(int most) = 0;
    // As claim(); `seconds` is the time that it took, without the commit where that can be told apart.
    virtual std::vector<Run> claim_timed(int most, double& seconds) = 0;
    // All of them as succeeded; how many were ours to settle.
    virtual std::size_t settle(std::span<const Run> runs) = 0;
    // Settles all `runs`, or throws, and claims up to `most` jobs; either may be nothing.
    virtual std::vector<Run> exchange(Exchange how, std::span<const Run> runs, int most) = 0;
};

}  // namespace jobhost::bench
