#include "storage/soci/submission_check.hpp"

#include "storage/storage_error.hpp"
#include "storage/text.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace jobhost::storage {

namespace {

constexpr std::size_t kMaxTagSize = 100;  // bytes

[[noreturn]] void refuse(const std::string& what) {
    throw StorageError{StorageError::Kind::refused, what};
}

std::string name_of(const NewJob& job) {
    return "job " + std::to_string(job.id.value);
}
std::string name_of(const NewBatch& batch) {
    return "batch " + std::to_string(batch.id.value);
}

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
    const std::string whose = name_of(job);
    check_parents(whose, job.parents);
    if (job.tags.size() > kMaxTags)
        refuse(whose + ": at most " + std::to_string(kMaxTags) + " tags are allowed");
    for (const std::string& tag : job.tags)
        check_text(whose, "a tag", tag, kMaxTagSize);
    if (job.unique) check_text(whose, "a unique key", job.unique->key, kMaxKeySize);
    if (job.unique && job.unique->held == HeldWhile::window && job.unique->window <= Duration::zero())
        refuse(whose + ": a unique key that is held for a window needs a window longer than 0");
    if (job.limits.size() > kMaxLimitsOfJob)
        refuse(whose + ": at most " + std::to_string(kMaxLimitsOfJob) + " limits are allowed");
    std::set<LimitUse> uses;
    for (const LimitUse& use : job.limits) {
        check_text(whose, "the name of a limit with its key", use.limit + use.key, kMaxNameSize);
        if (!uses.insert(use).second) refuse(whose + ": the limit " + use.limit + " is named twice");
    }
    if (job.delay < Duration::zero()) refuse(whose + ": a delay is not negative");
}

// What has to come before what, among those that are handed in. A batch is two things: its start, for which
// its members wait, and its end, which waits for its members.
class Needs {
public:
    Needs(std::span<const NewBatch> batches, std::span<const NewJob> jobs) {
        for (const NewBatch& batch : batches) {
            const Thing start = start_of(batch.id);
            add(end_of(batch.id), start);
            for (const Parent& parent : batch.parents)
                add(start, end_of(parent));
            if (!batch.within) continue;
            add(start, start_of(*batch.within));
            add(end_of(*batch.within), end_of(batch.id));
        }
        for (const NewJob& job : jobs) {
            const Thing own{job.id.value, false};
            for (const Parent& parent : job.parents)
                add(own, end_of(parent));
            if (!job.batch) continue;
            add(own, start_of(*job.batch));
            add(end_of(*job.batch), own);
        }
    }

    // Kahn: what needs nothing is taken out again and again; what stays needs itself. Returns one of that, or
    // 0.
    std::int64_t cycle() const {
        std::map<Thing, std::size_t> open;
        std::map<Thing, std::vector<Thing>> needed_by;
        for (const auto& [thing, needs] : needs_) {
            open[thing] += needs.size();
            for (const Thing& need : needs) {
                open.try_emplace(need, 0);
                needed_by[need].push_back(thing);
            }
        }
        std::vector<Thing> free;
        for (const auto& [thing, count] : open)
            if (count == 0) free.push_back(thing);
        std::size_t taken = 0;
        while (!free.empty()) {
            const Thing thing = free.back();
            free.pop_back();
            ++taken;
            for (const Thing& next : needed_by[thing])
                if (--open[next] == 0) free.push_back(next);
        }
        if (taken == open.size()) return 0;
        return std::find_if(open.begin(), open.end(), [](const auto& entry) { return entry.second > 0; })
            ->first.id;
    }

private:
    struct Thing {
        std::int64_t id = 0;
        bool is_start = false;  // of a batch
        auto operator<=>(const Thing&) const = default;
    };
    static Thing start_of(BatchId batch) { return {batch.value, true}; }
    static Thing end_of(BatchId batch) { return {batch.value, false}; }
    static Thing end_of(const Parent& parent) {
        return std::visit([](auto id) { return Thing{id.value, false}; }, parent.of);
    }
    void add(const Thing& thing, const Thing& need) { needs_[thing].push_back(need); }

    std::map<Thing, std::vector<Thing>> needs_;
};

void check_batches(std::span<const NewBatch> batches, std::span<const NewJob> jobs) {
    std::set<BatchId> with_members;
    for (const NewJob& job : jobs)
        if (job.batch) with_members.insert(*job.batch);
    for (const NewBatch& batch : batches)
        if (batch.within) with_members.insert(*batch.within);
    for (const NewBatch& batch : batches) {
        const std::string whose = name_of(batch);
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
        if (!ids.insert(batch.id.value).second) refuse(name_of(batch) + " is there twice");
    bool is_tied = !batches.empty();
    for (const NewJob& job : jobs) {
        check_job(job);
        is_tied = is_tied || !job.parents.empty();
    }
    check_batches(batches, jobs);
    if (!is_tied) return;
    for (const NewJob& job : jobs)
        if (!ids.insert(job.id.value).second) refuse(name_of(job) + " is there twice");
    if (const std::int64_t culprit = Needs{batches, jobs}.cycle(); culprit != 0)
        refuse(std::to_string(culprit) + " waits for itself, over those that it waits for");
}

bool has_more(const NewJob& job) {
    return !job.parents.empty() || job.delay != Duration::zero() || job.batch || !job.tags.empty() ||
           job.unique || !job.limits.empty() || job.creator || (job.definition && job.nominal_at);
}

}  // namespace jobhost::storage
