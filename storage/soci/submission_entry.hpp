// A job on its way in.
#pragma once

#include "storage/model/job.hpp"

#include <string>
#include <vector>

namespace jobhost::storage {

struct SubmissionEntry {
    NewJob job;
    Inserted answer;
    bool is_left_out = false;  // another job stands for it
    std::string slot{};        // of its unique key; empty: it has none, or it is to be made of that
    StateName state = StateName::enqueued;
    Reason reason = Reason::none;
    int flags = 0;

    void leave_out(JobId stands_for, OnConflict effect = OnConflict::skip) {
        is_left_out = true;
        answer = {stands_for, stands_for == job.id, effect};
    }
};

using SubmissionEntries = std::vector<SubmissionEntry>;

// Another transaction has put something there since we looked. All is done again, and then finds it.
[[noreturn]] void throw_overtaken();

}  // namespace jobhost::storage
