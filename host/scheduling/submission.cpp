#include "host/scheduling/submission.hpp"

#include "config/values.hpp"
#include "host/scheduling/items.hpp"
#include "host/scheduling/references.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace jobhost::host {

namespace {

namespace json = boost::json;

// What has become of a definition, for those that wait for it.
struct Made {
    enum class How { handed_in, has_no_items, left_out } how = How::left_out;
    std::variant<JobId, BatchId> id;
};
using MadeByName = std::map<std::string, Made>;

// In which surroundings a definition is made.
struct Scope {
    const storage::StoredDefinition& stored;  // the entry of the file that it is, or lies in
    std::string path;                         // "jobs.nightly", "batches.campaign.jobs.mail"
    std::string time_zone;                    // of its schedule
    std::optional<BatchId> within;
    const json::value* item = nullptr;

    Scope at(const char* section, const std::string& name, std::optional<BatchId> batch) const {
        return {stored, path + "." + section + "." + name, time_zone, batch, item};
    }
};

[[noreturn]] void refuse(const Scope& scope, const std::string& why) {
    throw SubmissionRefused{scope.stored.source + ": " + scope.path + ": " + why};
}

// What `fill` yields; an error names `key` first.
template <class Fill>
auto at_key(const char* key, const Fill& fill) {
    try {
        return fill();
    } catch (const UnresolvedReference& error) {
        throw UnresolvedReference{std::string{key} + ": " + error.what()};
    }
}

const char* section_of(const Definition& definition) {
    return definition.batch ? "batches" : "jobs";
}

// Those that are waited for first. They are as few as an operator writes.
std::vector<const Definition*> in_order(const std::vector<Definition>& members) {
    std::vector<const Definition*> order;
    const auto is_ready = [&](const Definition& member) {
        return std::ranges::all_of(member.after.names, [&](const std::string& name) {
            return std::ranges::find(order, name, &Definition::name) != order.end();
        });
    };
    for (std::size_t before = 1; order.size() != before;) {
        before = order.size();
        for (const Definition& member : members)
            if (std::ranges::find(order, &member) == order.end() && is_ready(member))
                order.push_back(&member);
    }
    return order;
}

class Maker {
public:
    Maker(const Occasion& occasion, const Workshop& workshop) : occasion_{occasion}, workshop_{workshop} {}

    Submission make() {
        for (const std::string& name : occasion_.names)
            make_named(name);
        // What waits for others comes when all of those are there.
        for (std::size_t before = 0; made_.size() != before;) {
            before = made_.size();
            std::set<std::size_t> waiting;
            for (const auto& [name, made] : made_) {
                const auto places = workshop_.definitions.waiting_for(name);
                waiting.insert(places.begin(), places.end());
            }
            for (const std::size_t place : waiting)
                if (const auto& stored = workshop_.definitions[place]; is_complete(stored.definition))
                    make_child(stored);
        }
        return std::move(submission_);
    }

private:
    const storage::StoredDefinition* find(const std::string& name) const {
        return workshop_.definitions.find(name);
    }

    bool is_complete(const Definition& definition) const {
        const auto& names = definition.after.names;
        return !names.empty() && !made_.contains(definition.name) &&
               std::ranges::all_of(names, [&](const std::string& name) { return made_.contains(name); });
    }

    void make_child(const storage::StoredDefinition& stored) {
        Made& made = made_[stored.definition.name];
        auto parents = parents_of(stored.definition.after, made_);
        if (!parents) return;
        made = make(stored.definition, top_scope(stored), *std::move(parents));
        if (made.how != Made::How::handed_in) return;
        if (const auto* batch = std::get_if<BatchId>(&made.id))
            std::ranges::find(submission_.batches, *batch, &NewBatch::id)->is_continuation = true;
        else
            submission_.jobs.back().is_continuation = true;
    }

    void make_named(const std::string& name) {
        const auto* stored = find(name);
        if (stored == nullptr) throw SubmissionRefused{"there is no definition " + config::in_quotes(name)};
        const Scope scope = top_scope(*stored);
        if (occasion_.arguments && stored->definition.batch)
            refuse(scope, "is a batch, which takes no arguments; its jobs have their own");
        made_[name] = make(stored->definition, scope, occasion_.parents);
    }

    Scope top_scope(const storage::StoredDefinition& stored) const {
        if (!stored.unreadable.empty())
            throw SubmissionRefused{"the definition " + config::in_quotes(stored.definition.name) + ": " +
                                    stored.unreadable};
        return {stored, std::string{section_of(stored.definition)} + "." + stored.definition.name,
                time_zone_of(stored.definition), std::nullopt};
    }

    // Of what waits for others it is that of the first one.
    std::string time_zone_of(const Definition& definition) const {
        if (!definition.after.names.empty())
            if (const auto* parent = find(definition.after.names.front()))
                return time_zone_of(parent->definition);
        if (definition.schedule)
            for (const Recurrence& recurrence : definition.schedule->recurrences)
                if (const auto* cron = std::get_if<Cron>(&recurrence.rule)) return cron->time_zone();
        return "UTC";
    }

    // Nothing: what it waits for cannot come.
    static std::optional<std::vector<Parent>> parents_of(const After& after, const MadeByName& made) {
        std::vector<Parent> parents;
        for (const std::string& name : after.names)
            if (!add_parent(parents, made.at(name), after.on)) return std::nullopt;
        return parents;
    }

    static bool add_parent(std::vector<Parent>& parents, const Made& made, Condition on) {
        switch (made.how) {
            case Made::How::handed_in:
                parents.push_back({made.id, on});
                return true;
            case Made::How::has_no_items:  // all of it has succeeded
                return on == Condition::succeeded || on == Condition::finished;
            case Made::How::left_out:
                break;
        }
        return false;
    }

    Made make(const Definition& definition, const Scope& scope, std::vector<Parent> parents) {
        return definition.batch ? make_batch(definition, scope, std::move(parents))
                                : make_job(definition, scope, std::move(parents));
    }

    // ---- a job ----

    Made make_job(const Definition& definition, const Scope& scope, std::vector<Parent> parents) {
        NewJob job;
        job.id = JobId{--last_};
        job.type = definition.type;
        job.payload_version = workshop_.payload_version(job.type);
        job.queue = definition.queue;
        job.priority = definition.priority;
        job.policy = definition.policy;
        job.batch = scope.within;
        job.tags = definition.tags;
        job.parents = std::move(parents);
        set_instants(job, definition);
        set_definition(job, definition, scope);
        fill_in(job, definition, scope);
        if (job.policy.has_parent_references && job.parents.empty())
            refuse(scope, "'${parent.result}' has no value: the job waits for no other");
        submission_.jobs.push_back(std::move(job));
        return {Made::How::handed_in, JobId{last_}};
    }

    void set_instants(NewJob& job, const Definition& definition) const {
        const bool waits = job.batch || !job.parents.empty();
        const Duration delay = definition.delay + (job.parents.empty() ? occasion_.jitter : Duration::zero());
        if (waits)
            job.delay = delay;
        else if (delay > Duration::zero())
            job.due_at = occasion_.now + delay;
        if (definition.expires_in) job.expires_at = occasion_.now + delay + *definition.expires_in;
    }

    // The instant belongs to one job of a definition: the members of a batch are many, and each is told apart
    // by its batch.
    void set_definition(NewJob& job, const Definition& definition, const Scope& scope) const {
        if (scope.stored.id == DefinitionId{}) return;
        job.definition = scope.stored.id;
        if (!occasion_.instant) return;
        job.origin = occasion_.origin;
        if (&definition == &scope.stored.definition) job.nominal_at = occasion_.instant;
    }

    void fill_in(NewJob& job, const Definition& definition, const Scope& scope) const {
        const bool is_literal = occasion_.arguments && occasion_.names.front() == definition.name &&
                                &definition == &scope.stored.definition;
        try {
            const KnownValues values = values_in(scope);
            const FilledIn filled =
                is_literal ? FilledIn{*occasion_.arguments}
                           : at_key("args", [&] { return filled_in(definition.arguments, values); });
            job.arguments = filled.arguments;
            job.policy.has_parent_references = filled.waits_for_parents;
            job.unique = definition.unique;
            if (job.unique)
                job.unique->key =
                    at_key("unique", [&] { return filled_in_key(definition.unique->key, values, filled); });
            for (const LimitUse& use : definition.limits)
                job.limits.push_back(
                    {use.limit, at_key("limits", [&] { return filled_in_key(use.key, values, filled); })});
        } catch (const UnresolvedReference& error) {
            refuse(scope, error.what());
        }
    }

    KnownValues values_in(const Scope& scope) const {
        return {occasion_.instant.value_or(occasion_.as_of.value_or(occasion_.now)), scope.time_zone,
                scope.item};
    }

    // ---- a batch ----

    Made make_batch(const Definition& definition, const Scope& scope, std::vector<Parent> parents) {
        const BatchDefinition& batch = *definition.batch;
        const BatchId id{--last_};
        const auto place = submission_.batches.size();
        submission_.batches.push_back(
            {.id = id, .name = definition.name, .within = scope.within, .parents = std::move(parents)});
        const auto count_before = count();
        make_members(batch, scope, id);
        Made made{Made::How::handed_in, id};
        if (count() == count_before) {
            submission_.batches.erase(submission_.batches.begin() + static_cast<std::ptrdiff_t>(place));
            ++last_;  // its id is free again
            made.how = Made::How::has_no_items;
        }
        make_then(batch, scope, made);
        return made;
    }

    std::size_t count() const { return submission_.batches.size() + submission_.jobs.size(); }

    void make_members(const BatchDefinition& batch, const Scope& scope, BatchId id) {
        const auto order = in_order(batch.members);
        if (std::holds_alternative<std::monostate>(batch.for_each)) return make_once(order, scope, id);
        for (const json::value& item : items_in(batch.for_each, scope)) {
            Scope around = scope;
            around.item = &item;
            make_once(order, around, id);
        }
    }

    void make_once(const std::vector<const Definition*>& order, const Scope& scope, BatchId batch) {
        MadeByName made;
        for (const Definition* member : order) {
            Made& here = made[member->name];
            if (auto parents = parents_of(member->after, made))
                here = make(*member, scope.at(section_of(*member), member->name, batch), *std::move(parents));
        }
    }

    // They lie beside the batch, not in it.
    void make_then(const BatchDefinition& batch, const Scope& scope, const Made& made) {
        for (const Definition& then : batch.then) {
            std::vector<Parent> parents;
            if (!add_parent(parents, made, then.after.on)) continue;
            make_job(then, scope.at("then", then.name, scope.within), std::move(parents));
            submission_.jobs.back().is_continuation = true;
        }
    }

    std::vector<json::value> items_in(const ForEach& for_each, const Scope& scope) const {
        try {
            if (const auto* file = std::get_if<ItemFile>(&for_each))
                return items_of(workshop_.folder(scope.stored.source) / file->path);
        } catch (const std::invalid_argument& error) {
            refuse(scope, std::string{"for_each: "} + error.what());
        }
        std::vector<json::value> items;
        for (const std::string& text : std::get<std::vector<std::string>>(for_each))
            items.push_back(json::parse(text));
        return items;
    }

    const Occasion& occasion_;
    const Workshop& workshop_;
    Submission submission_;
    MadeByName made_;
    std::int64_t last_ = 0;
};

}  // namespace

void renumber(Submission& submission, const std::function<std::int64_t(std::int64_t)>& change) {
    const auto give = [&](auto& id) {
        if (id.value < 0) id.value = change(id.value);
    };
    const auto give_all = [&](std::vector<Parent>& parents) {
        for (Parent& parent : parents)
            std::visit(give, parent.of);
    };
    for (NewBatch& batch : submission.batches) {
        give(batch.id);
        if (batch.within) give(*batch.within);
        give_all(batch.parents);
    }
    for (NewJob& job : submission.jobs) {
        give(job.id);
        if (job.batch) give(*job.batch);
        give_all(job.parents);
    }
}

void Submission::number_from(JobId first) {
    renumber(*this, [&](std::int64_t id) { return first.value - 1 - id; });
}

void Submission::append(Submission other) {
    renumber(other, [before = static_cast<std::int64_t>(count())](std::int64_t id) { return id - before; });
    std::ranges::move(other.batches, std::back_inserter(batches));
    std::ranges::move(other.jobs, std::back_inserter(jobs));
}

JobId number(Submission& submission, storage::JobStore& ids) {
    if (submission.count() == 0) return {};
    const JobId first = ids.reserve_ids(submission.count());
    submission.number_from(first);
    return first;
}

Submission submission_of(const Occasion& occasion, const Workshop& workshop) {
    return Maker{occasion, workshop}.make();
}

}  // namespace jobhost::host
