// What definitions do, on every database.
#pragma once

#include "tests/storage/apply_definitions.hpp"
#include "tests/storage/conformance/conformance.hpp"

namespace jobhost::storage {

class RecurrenceConformance : public StorageConformance {
protected:
    void apply(const std::vector<std::string>& names, Duration period = std::chrono::minutes{1}) {
        std::vector<Definition> list;
        for (const std::string& name : names) {
            Definition definition;
            definition.name = name;
            definition.type = "test.job";
            definition.schedule = Every{period, TimePoint{}};
            list.push_back(std::move(definition));
        }
        const SourceDefinitions given{"shop/jobs.yaml", list};
        apply_definitions(sources, "shop", "server one", {&given, 1});
    }
    // Which something waits for together.
    void apply_group(const std::vector<std::string>& names) {
        std::vector<Definition> list;
        for (const std::string& name : names) {
            Definition definition;
            definition.name = name;
            definition.type = "test.job";
            definition.schedule = Every{std::chrono::minutes{1}, TimePoint{}};
            definition.fires_with = names;
            list.push_back(std::move(definition));
        }
        const SourceDefinitions given{"shop/jobs.yaml", list};
        apply_definitions(sources, "shop", "server one", {&given, 1});
    }
    // The jobs of "a" and "b" for the next instant, one minute on.
    std::pair<JobId, JobId> fire_group(Overlap overlap) {
        clock.advance(std::chrono::minutes{1});
        const StoredDefinition a = definitions.find("a").value();
        const StoredDefinition b = definitions.find("b").value();
        Firing firing{a.id, a.revision, *a.next_at, *a.next_at + std::chrono::minutes{1}, {}};
        for (const StoredDefinition& stored : {a, b}) {
            NewJob made = job("test.job");
            made.definition = stored.id;
            made.nominal_at = a.next_at;
            made.origin = Origin::schedule;
            firing.jobs.push_back(made);
        }
        firing.overlap = overlap;
        firing.together = {b.id};
        EXPECT_EQ(definitions.fire({&firing, 1}), 1u);
        return {firing.jobs[0].id, firing.jobs[1].id};
    }
    void cancel(JobId job) { operations.operate({&job, 1}, {.verb = Verb::cancel, .by = "ada"}); }
    TimePoint next(const std::string& name) { return definitions.find(name)->next_at.value(); }
    // The job that fires for the next instant of a definition, one minute on.
    JobId fire(const std::string& name, Overlap overlap) {
        clock.advance(std::chrono::minutes{1});
        const StoredDefinition stored = definitions.find(name).value();
        NewJob made = job("test.job");
        made.definition = stored.id;
        made.nominal_at = stored.next_at;
        made.origin = Origin::schedule;
        Firing firing{
            stored.id, stored.revision, *stored.next_at, *stored.next_at + std::chrono::minutes{1}, {made}};
        firing.overlap = overlap;
        EXPECT_EQ(definitions.fire({&firing, 1}), 1u);
        return made.id;
    }
    // The job of an instant that is over.
    NewJob backfill_of(const std::string& name) {
        NewJob made = job("test.job");
        made.definition = definitions.find(name)->id;
        made.nominal_at = next(name) - std::chrono::minutes{5};
        made.origin = Origin::backfill;
        return made;
    }
    bool is_there(JobId job) { return queries.find(job).has_value(); }
    StateName state(JobId job) { return name_of(queries.find(job)->state); }
};

}  // namespace jobhost::storage
