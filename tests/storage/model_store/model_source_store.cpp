#include "tests/storage/model_store/model_source_store.hpp"

#include "tests/storage/model_store/model_definition_store.hpp"

#include <algorithm>

namespace jobhost::storage::model {

namespace {

using Revisions = std::vector<SourceRevision>;

bool holds(const Revisions& revisions, const std::string& digest) {
    return !revisions.empty() && revisions.back().digest == digest;
}

bool was_there(const Revisions& revisions, const std::string& digest) {
    return std::ranges::find(revisions, digest, &SourceRevision::digest) != revisions.end();
}

SourcesApplied apply_files(ModelDatabase& database, TimePoint now, const SourceFiles& files) {
    SourcesApplied applied;
    std::vector<SourceDefinitions> counting;
    std::set<std::string> listed;
    const auto add = [&](const std::string& source, const std::string& digest) {
        Revisions& revisions = database.sources[source];
        if (holds(revisions, digest)) return;
        const auto number = static_cast<std::int64_t>(revisions.size()) + 1;
        revisions.push_back({source, number, digest, files.server, now});
    };
    for (const SourceFile& file : files.files) {
        const std::string& source = file.definitions.source;
        listed.insert(source);
        const Revisions& revisions = database.sources[source];
        const bool counts = file.is_edited || files.is_forced || holds(revisions, file.digest) ||
                            !was_there(revisions, file.digest) || revisions.back().applied_by == files.server;
        if (!counts) {
            applied.newer.push_back(revisions.back());
            continue;
        }
        add(source, file.digest);
        counting.push_back(file.definitions);
    }
    std::set<std::string> gone;
    for (const auto& [source, revisions] : database.sources) {
        const bool is_seen = std::ranges::find(files.vanished, source) != files.vanished.end();
        const bool is_missed = (files.is_start || files.is_forced) && !revisions.empty() &&
                               revisions.back().applied_by == files.server &&
                               source.starts_with(files.application + "/");
        if ((is_seen || is_missed) && !revisions.empty() && !listed.contains(source)) gone.insert(source);
    }
    for (const std::string& source : gone)
        add(source, "");
    applied.definitions = apply_sources(database, now, counting, gone);
    return applied;
}

struct OnlyPlanned {};

}  // namespace

SourcesApplied ModelSourceStore::apply(const SourceFiles& files) {
    return opened_.write([&](ModelDatabase& database, TimePoint now) {
        return all_or_nothing(database, [&] { return apply_files(database, now, files); });
    });
}

SourcesApplied ModelSourceStore::plan(const SourceFiles& files) {
    SourcesApplied planned;
    try {
        opened_.write([&](ModelDatabase& database, TimePoint now) {
            all_or_nothing(database, [&] {
                planned = apply_files(database, now, files);
                throw OnlyPlanned{};
            });
        });
    } catch (const OnlyPlanned&) {
    }
    return planned;
}

std::vector<SourceRevision> ModelSourceStore::revisions() {
    return opened_.read([](const ModelDatabase& database) {
        Revisions found;
        for (const auto& [source, revisions] : database.sources)
            if (!revisions.empty()) found.push_back(revisions.back());
        return found;
    });
}

void ModelSourceStore::set_refusal(const std::string& application, const std::string& server,
                                   const std::string& problems) {
    opened_.write([&](ModelDatabase& database, TimePoint now) {
        const auto said = database.refusals.find({application, server});
        if (said != database.refusals.end() && said->second.problems == problems) return;
        database.refusals.erase({application, server});
        if (!problems.empty())
            database.refusals[{application, server}] = {application, server, problems, now};
    });
}

std::vector<Refusal> ModelSourceStore::refusals() {
    return opened_.read([](const ModelDatabase& database) {
        std::vector<Refusal> found;
        for (const auto& [key, refusal] : database.refusals)
            found.push_back(refusal);
        return found;
    });
}

}  // namespace jobhost::storage::model
