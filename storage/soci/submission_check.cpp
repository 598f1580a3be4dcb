#include "storage/soci/submission_check.hpp"

#include "storage/soci/refusal.hpp"
#include "storage/text.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace jobhost::storage {

namespace {

constexpr std::size_t kMaxTagSize = 100;  // bytes

void check_text(const std::string& whose, const char* what, const std::string& text, std::size_t most) {
    if (text.empty() || text.size() > most || !is_storable(text))
        refuse(whose + ": " + what + " must be 1 to " + std::to_string(most) + " bytes of UTF-8 without NUL");
}

void check_parents(const std::string& whose, const std::vector<Parent>& parents) {
    if (parents.size() > kMaxParents)
        refuse(whose + " waits for " + std::to_string(parents.size()) + " others; at most " +
               std::to_string(kMaxParents) + " are allowed: put them into a batch and wait for that");
}

void check_job(const NewJob& job) {
    const std::string whose = name_of(job.id);
    check_parents(whose, job.parents);
    if (job.tags.size() > kMaxTags)
        refuse(whose + ": at most " + std::to_string(kMaxTags) + " tags are allowed");
    for (const std::string& tag : job.tags)
        check_text(whose, "a tag", tag, kMaxTagSize);
    if (job.unique) check_text(whose, "a unique key", job.unique->key, kMaxKeySize);
    if (job.unique && job.unique->held == HeldWhile::window && job.unique->window < kMinUniqueWindow)
        refuse(whose + ": a unique key that is held for a window needs a window of 1 s or more");
    if (job.limits.size() > kMaxLimitsOfJob)
        refuse(whose + ": at most " + std::to_string(kMaxLimitsOfJob) + " limits are allowed");
    std::set<LimitUse> uses;
    for (const LimitUse& use : job.limits) {
        check_text(whose, "the name of a limit with its key", use.limit + use.key, kMaxNameSize);
        if (!uses.insert(use).second) refuse(whose + ": the limit " + use.limit + " is named twice");
    }
    if (job.delay < Duration::zero()) refuse(whose + ": a delay is not negative");
}

void check_batches(std::span<const NewBatch> batches, std::span<const NewJob> jobs) {
    std::set<BatchId> with_members;
    for (const NewJob& job : jobs)
        if (job.batch) with_members.insert(*job.batch);
    for (const NewBatch& batch : batches)
        if (batch.within) with_members.insert(*batch.within);
    for (const NewBatch& batch : batches) {
        const std::string whose = name_of(batch.id);
        if (batch.id.value <= 0) refuse("a batch has no id");
        if (batch.name.size() > kMaxNameSize || !is_storable(batch.name))
            refuse(whose + ": its name may have " + std::to_string(kMaxNameSize) + " bytes of UTF-8 at most");
        check_parents(whose, batch.parents);
        if (batch.within && batch.within->value >= batch.id.value)
            refuse(whose + " must have a larger id than the batch around it");
        if (!batch.is_staged && !with_members.contains(batch.id))
            refuse(whose + " has no members; hand them in with it, or create it staged");
    }
}

}  // namespace

void check_submission(std::span<const NewBatch> batches, std::span<const NewJob> jobs) {
    const std::size_t count = batches.size() + jobs.size();
    if (count > kMaxMembersAtOnce)
        refuse(std::to_string(count) + " jobs and batches at once; at most " +
               std::to_string(kMaxMembersAtOnce) +
               " are allowed: create the batch staged, hand in its members in parts, and open it");
    std::set<std::int64_t> ids;
    for (const NewBatch& batch : batches)
        if (!ids.insert(batch.id.value).second) refuse(name_of(batch.id) + " is there twice");
    bool is_tied = !batches.empty();
    for (const NewJob& job : jobs) {
        check_job(job);
        is_tied = is_tied || !job.parents.empty();
    }
    check_batches(batches, jobs);
    if (!is_tied) return;
    for (const NewJob& job : jobs)
        if (!ids.insert(job.id.value).second) refuse(name_of(job.id) + " is there twice");
}

bool has_more(const NewJob& job) {
    return !job.parents.empty() || job.delay != Duration::zero() || job.batch || !job.tags.empty() ||
           job.unique || !job.limits.empty() || job.creator || (job.definition && job.nominal_at);
}

}  // namespace jobhost::storage
