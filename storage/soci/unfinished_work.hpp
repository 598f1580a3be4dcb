// What touches very many jobs, such as the start of a large batch, and goes on in small transactions.
#pragma once

#include "storage/soci/changes.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace jobhost::storage {

// Thread-safe. A piece that fails is left alone for a while, longer each time, and the others go on.
class UnfinishedWork {
public:
    // WorkflowStore::go_on().
    std::size_t go_on(Changes& changes, std::size_t limit);

private:
    struct Piece {
        int kind = 0;
        std::int64_t subject = 0;  // a job or a batch
        friend auto operator<=>(const Piece&, const Piece&) = default;
    };
    struct Failure {
        TimePoint next;  // not before that
        Duration pause;
    };

    std::optional<Piece> next(Session& session);
    void failed(const Piece& piece, TimePoint now, const std::string& why);

    std::mutex mutex_;  // of what follows
    std::map<Piece, Failure> failed_;
    Piece last_;  // so that each gets its turn
};

}  // namespace jobhost::storage
