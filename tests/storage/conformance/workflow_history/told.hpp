// Jobs, batches and limits as texts that two stores can be compared by.
#pragma once

#include "storage/limit_store.hpp"
#include "storage/operation_store.hpp"
#include "storage/run_store.hpp"
#include "storage/workflow_store.hpp"
#include "tests/storage/conformance/history/shown.hpp"

namespace jobhost::storage::workflow_history {

std::string told(const std::variant<JobId, BatchId>& id);
std::string told(const Parent& parent);
std::string told(const std::vector<ParentEnd>& parents);
std::string told(const LimitUse& use);
std::string told(const NewJob& job);
std::string told(const NewBatch& batch);
// What a job that does not run has of an earlier server is left out; a member of a cancelled batch may have
// been deleted as cancelled or as unmet.
std::string told(const Job& job, const history::Names& names);
std::string told(const Batch& batch);
std::string told(const ClaimedJob& run, const history::Names& names);
std::string told(const std::vector<Inserted>& answers);
std::string told(const std::vector<Operated>& answers);
std::string told(const Child& child);
std::string told(const LimitUsage& usage);
std::string told(const QueueState& queue);
std::string told(const SavedWork& saved);

template <class List, class... Names>
std::string told_all(const List& list, const Names&... names) {
    std::string text;
    for (const auto& item : list)
        text += told(item, names...) + "\n";
    return text;
}

}  // namespace jobhost::storage::workflow_history
