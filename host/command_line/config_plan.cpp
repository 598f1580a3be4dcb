#include "host/command_line/opened.hpp"
#include "host/command_line/text.hpp"
#include "host/observe/printable.hpp"
#include "host/reload/definition_diff.hpp"
#include "host/reload/lost_files.hpp"
#include "host/reload/ownerless.hpp"
#include "host/scheduling/sources.hpp"
#include "storage/model/time_text.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <iostream>
#include <set>
#include <sstream>

namespace jobhost::host {

namespace {

namespace json = boost::json;
using Kind = storage::DefinitionChange::Kind;

void check_retired(const std::string& source, const storage::SourceFiles& files,
                   const std::vector<storage::SourceRevision>& revisions, const LiveServers& live) {
    const auto name_of = [](const storage::SourceFile& file) { return file.definitions.source; };
    if (std::ranges::find(files.files, source, name_of) != files.files.end())
        throw CommandError{kWrongUse, "--retire: the file of '" + printable(source) +
                                          "' is here; remove it, or take it out of 'definitions'"};
    const auto held = std::ranges::find(revisions, source, &storage::SourceRevision::source);
    if (held == revisions.end() || held->digest.empty())
        throw CommandError{kWrongUse, "--retire: the database holds no source '" + printable(source) +
                                          "'; 'jobhost config status' shows those that it holds"};
    if (held->applied_by != files.server && !files.is_forced && live.contain_bringer_of(*held))
        throw CommandError{kWrongUse,
                           "--retire: the server '" + printable(held->applied_by) + "', which brought '" +
                               printable(source) +
                               "', runs, and would not know; remove the file there, or add --force"};
}

// A folder that is gone is no edit; but what somebody retires by name is.
void check_lost(const config::Configuration& configuration, const std::vector<std::string>& retired,
                const std::vector<storage::SourceRevision>& revisions) {
    const config::ServerSettings& server = configuration.settings.server;
    auto known = brought_by(server, revisions);
    for (const std::string& source : retired)
        known.erase(source);
    if (const auto errors = lost_folders(configuration, server.application, known); !errors.empty())
        complain(errors);
}

storage::SourceFiles files_here(const config::Configuration& configuration, const ConfigApplyOptions& options,
                                storage::Storage& storage) {
    const config::ServerSettings& server = configuration.settings.server;
    storage::SourceFiles files{.application = server.application,
                               .server = server.name,
                               .files = files_of(configuration),
                               .vanished = options.retired,
                               .is_start = true,
                               .is_forced = options.is_forced};
    const auto revisions = storage.sources().revisions();
    if (!options.retired.empty()) {
        const LiveServers live{storage.servers().list()};
        for (const std::string& source : options.retired)
            check_retired(source, files, revisions, live);
    }
    check_lost(configuration, options.retired, revisions);
    return files;
}

json::value text_or_null(const std::string& text) {
    if (text.empty()) return nullptr;
    return json::value(text);
}

json::array fields_of(const storage::DefinitionChange& change) {
    json::array fields;
    if (change.before && change.after)
        for (const FieldChange& field : diff(*change.before, *change.after))
            fields.push_back({{"path", field.path},
                              {"before", text_or_null(field.before)},
                              {"after", text_or_null(field.after)}});
    return fields;
}

json::object to_json(const storage::SourcesApplied& applied) {
    json::array added;
    json::array changed;
    json::array retired;
    for (const storage::DefinitionChange& change : applied.definitions.changes) {
        json::object shown{{"name", change.name}, {"source", change.source}};
        if (change.kind == Kind::changed) shown["fields"] = fields_of(change);
        (change.kind == Kind::added     ? added
         : change.kind == Kind::changed ? changed
                                        : retired)
            .push_back(std::move(shown));
    }
    json::array renamed;
    for (const auto& [before, after] : renames_in(applied.definitions))
        renamed.push_back({{"before", before}, {"after", after}});
    json::array newer;
    for (const storage::SourceRevision& held : applied.newer)
        newer.push_back({{"source", held.source},
                         {"revision", held.revision},
                         {"applied_by", held.applied_by},
                         {"applied_at", to_text(held.applied_at)},
                         {"is_removed", held.digest.empty()}});
    return {{"added", std::move(added)},
            {"changed", std::move(changed)},
            {"retired", std::move(retired)},
            {"renamed", std::move(renamed)},
            {"older_files", std::move(newer)}};
}

void print(const storage::SourcesApplied& applied) {
    std::ostringstream out;
    for (const storage::DefinitionChange& change : applied.definitions.changes) {
        out << (change.kind == Kind::added     ? "+ "
                : change.kind == Kind::changed ? "~ "
                                               : "- ")
            << change.name << "  (" << change.source << ")\n";
        if (change.kind != Kind::changed) continue;
        if (!change.before) out << "    all of it: what is stored cannot be read\n";
        if (!change.before) continue;
        const auto fields = diff(*change.before, *change.after);
        if (fields.empty()) out << "    comes from another file now\n";
        for (const FieldChange& field : fields)
            out << "    " << field.path << ": " << (field.before.empty() ? "nothing" : field.before) << " -> "
                << (field.after.empty() ? "nothing" : field.after) << '\n';
    }
    for (const Rename& rename : renames_in(applied.definitions))
        out << rename_text(rename) << '\n';
    for (const storage::SourceRevision& held : applied.newer)
        out << "left out: the file " << held.source << " is older than revision " << held.revision
            << ", which " << held.applied_by << (held.digest.empty() ? " removed" : " applied") << " at "
            << short_text(held.applied_at) << "; 'jobhost config apply --force' makes it count\n";
    const storage::Applied& counts = applied.definitions;
    out << counts.added << " added, " << counts.changed << " changed, " << counts.retired << " retired\n";
    std::cout << printable_lines(out.str());
}

void show(const GlobalOptions& global, const storage::SourcesApplied& applied) {
    if (global.json)
        std::cout << to_json(applied) << '\n';
    else
        print(applied);
}

config::Configuration load_with_warnings(const GlobalOptions& global) {
    config::LoadResult result = config::load(global.file);
    print_warnings(result);
    return configuration_or_complain(result);
}

}  // namespace

int config_plan(const GlobalOptions& global, const ConfigApplyOptions& options) {
    const config::Configuration configuration = load_with_warnings(global);
    const auto storage = storage::open_storage(storage_options(configuration.settings));
    const auto planned = storage->sources().plan(files_here(configuration, options, *storage));
    show(global, planned);
    const bool is_held = planned.definitions.changes.empty() && planned.newer.empty();
    return is_held ? kDone : kThereAreChanges;
}

int config_apply(const GlobalOptions& global, const ConfigApplyOptions& options) {
    const config::Configuration configuration = load_with_warnings(global);
    const auto storage = storage::open_storage(storage_options(configuration.settings));
    const auto files = files_here(configuration, options, *storage);
    const std::vector<Limit>& limits = configuration.settings.limits;
    if (!limits.empty()) storage->limits().set(limits);
    show(global, storage->sources().apply(files));
    return kDone;
}

int config_status(const GlobalOptions& global) {
    // What is wrong with the files here is no reason not to say what the database holds.
    config::LoadResult result = config::load(global.file);
    const config::Configuration configuration =
        result.host ? *std::move(result.host) : configuration_or_complain(result);
    const auto storage = storage::open_storage(storage_options(configuration.settings));
    const LiveServers live{storage->servers().list()};
    const auto revisions = storage->sources().revisions();
    std::set<std::string> unowned;
    for (const storage::SourceRevision& each : ownerless(revisions, configuration, live))
        unowned.insert(each.source);
    const auto refusals = storage->sources().refusals();
    if (global.json) {
        json::array sources;
        for (const storage::SourceRevision& each : revisions) {
            const bool is_unowned = unowned.contains(each.source);
            sources.push_back({{"source", each.source},
                               {"revision", each.revision},
                               {"digest", text_or_null(each.digest)},
                               {"applied_by", each.applied_by},
                               {"applied_at", to_text(each.applied_at)},
                               {"is_ownerless", is_unowned},
                               {"remedy", text_or_null(is_unowned ? retire_command(each.source) : "")}});
        }
        json::array refused;
        for (const storage::Refusal& each : refusals)
            refused.push_back({{"application", each.application},
                               {"server", each.server},
                               {"is_live", live.contain(each.application, each.server)},
                               {"since", to_text(each.since)},
                               {"problems", each.problems}});
        std::cout << json::object{{"sources", std::move(sources)}, {"refused", std::move(refused)}} << '\n';
        return kDone;
    }
    std::vector<std::vector<std::string>> rows{{"SOURCE", "REVISION", "APPLIED (UTC)", "BY", ""}};
    for (const storage::SourceRevision& each : revisions)
        rows.push_back({printable(each.source), std::to_string(each.revision), short_text(each.applied_at),
                        printable(each.applied_by),
                        each.digest.empty()             ? "gone"
                        : unowned.contains(each.source) ? "nobody is left to retire it"
                                                        : ""});
    print_table(std::cout, rows);
    if (!unowned.empty())
        std::cout << "the servers that applied these do not run, and their files are not here; if they are "
                     "not wanted any more:\n";
    for (const std::string& source : unowned)
        std::cout << "  " << printable(retire_command(source)) << '\n';
    for (const storage::Refusal& each : refusals)
        std::cout << "the files of " << printable(each.server)
                  << (live.contain(each.application, each.server) ? "" : ", which does not run now,")
                  << " are wrong since " << short_text(each.since) << ":\n"
                  << printable_lines(each.problems) << '\n';
    return kDone;
}

}  // namespace jobhost::host
