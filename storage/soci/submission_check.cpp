#include "storage/soci/submission_check.hpp"

#include "storage/soci/given_names.hpp"
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

// Refuses what one of them has or says. Its name is looked up only then.
template <class Id>
class Refusal {
public:
    Refusal(const GivenNames& names, Id whose) : names_{names}, whose_{whose} {}

    [[noreturn]] void operator()(const std::string& why) const { refuse(names_.of(whose_) + why); }

private:
    const GivenNames& names_;
    Id whose_;
};

template <class Id>
void check_text(const Refusal<Id>& refuse, const char* what, const std::string& text, std::size_t most) {
    if (text.empty() || text.size() > most || !is_storable(text))
        refuse(std::string{": "} + what + " must be 1 to " + std::to_string(most) +
               " bytes of UTF-8 without NUL");
}

template <class Id>
void check_parents(const Refusal<Id>& refuse, const std::vector<Parent>& parents) {
    if (parents.size() > kMaxParents)
        refuse(" waits for " + std::to_string(parents.size()) + " others; at most " +
               std::to_string(kMaxParents) + " are allowed: put them into a batch and wait for that");
}

void check_job(const NewJob& job, const GivenNames& names) {
    const Refusal refuse{names, job.id};
    check_parents(refuse, job.parents);
    if (job.tags.size() > kMaxTags) refuse(": at most " + std::to_string(kMaxTags) + " tags are allowed");
    for (const std::string& tag : job.tags)
        check_text(refuse, "a tag", tag, kMaxTagSize);
    if (job.unique) check_text(refuse, "a unique key", job.unique->key, kMaxKeySize);
    if (job.unique && job.unique->held == HeldWhile::window && job.unique->window < kMinUniqueWindow)
        refuse(": a unique key that is held for a window needs a window of 1 s or more");
    if (job.limits.size() > kMaxLimitsOfJob)
        refuse(": at most " + std::to_string(kMaxLimitsOfJob) + " limits are allowed");
    std::set<LimitUse> uses;
    for (const LimitUse& use : job.limits) {
        check_text(refuse, "the name of a limit with its key", use.limit + use.key, kMaxNameSize);
        if (!uses.insert(use).second) refuse(": the limit " + use.limit + " is named twice");
    }
    if (job.delay < Duration::zero()) refuse(": a delay is not negative");
}

void check_batches(std::span<const NewBatch> batches, std::span<const NewJob> jobs, const GivenNames& names) {
    std::set<BatchId> with_members;
    for (const NewJob& job : jobs)
        if (job.batch) with_members.insert(*job.batch);
    for (const NewBatch& batch : batches)
        if (batch.within) with_members.insert(*batch.within);
    for (const NewBatch& batch : batches) {
        const Refusal refuse{names, batch.id};
        if (batch.id.value <= 0) refuse(" has no id");
        if (batch.name.size() > kMaxNameSize || !is_storable(batch.name))
            refuse(": its name may have " + std::to_string(kMaxNameSize) + " bytes of UTF-8 at most");
        check_parents(refuse, batch.parents);
        if (batch.within && batch.within->value >= batch.id.value)
            refuse(" must have a larger id than the batch around it");
        if (!batch.is_staged && !with_members.contains(batch.id))
            refuse(" has no members; hand them in with it, or create it staged");
    }
}

}  // namespace

void check_submission(std::span<const NewBatch> batches, std::span<const NewJob> jobs) {
    const std::size_t count = batches.size() + jobs.size();
    if (count > kMaxMembersAtOnce)
        refuse(std::to_string(count) + " jobs and batches at once; at most " +
               std::to_string(kMaxMembersAtOnce) +
               " are allowed: create the batch staged, hand in its members in parts, and open it");
    const GivenNames names{batches, jobs};
    std::set<std::int64_t> ids;
    for (const NewBatch& batch : batches)
        if (!ids.insert(batch.id.value).second) refuse(name_of(batch.id) + " is there twice");
    bool is_tied = !batches.empty();
    for (const NewJob& job : jobs) {
        check_job(job, names);
        is_tied = is_tied || !job.parents.empty();
    }
    check_batches(batches, jobs, names);
    if (!is_tied) return;
    for (const NewJob& job : jobs)
        if (!ids.insert(job.id.value).second) refuse(name_of(job.id) + " is there twice");
}

bool has_more(const NewJob& job) {
    return !job.parents.empty() || job.delay != Duration::zero() || job.batch || !job.tags.empty() ||
           job.unique || !job.limits.empty() || job.creator || (job.definition && job.nominal_at);
}

}  // namespace jobhost::storage
