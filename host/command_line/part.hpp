// Lines that are handed in by one transaction.
#pragma once

#include "host/command_line/lines.hpp"
#include "host/scheduling/staging.hpp"
#include "storage/storage.hpp"

#include <string>
#include <vector>

namespace jobhost::host {

class Part {
public:
    // Whether another line has room; the first one always has.
    bool has_room(const Line& line) const;
    void add(Line line);

    bool is_empty() const noexcept { return lines_.empty(); }
    std::size_t first_line() const { return lines_.front().number; }
    std::size_t last_line() const { return lines_.back().number; }

    // What stands for each line, in their order: a batch, or the job of that name. A line that is too much
    // for a transaction, and then is alone, is staged. Throws as host::hand_in() does, and nothing is there
    // then if the store refused it. To be called once.
    std::vector<Inserted> hand_in(storage::Storage& storage, const std::string& by);
    // Whether some of it may be there, and the command that shows it.
    bool may_be_there() const noexcept { return first_id_ != JobId{}; }
    std::string look_text() const;

private:
    std::vector<Line> lines_;
    PartSize size_;
    JobId first_id_;  // or batch
    bool begins_with_batch_ = false;
};

}  // namespace jobhost::host
