#include "host/reload/reload.hpp"

#include "config/settings_changes.hpp"
#include "host/reload/definition_diff.hpp"
#include "host/reload/lost_files.hpp"
#include "host/reload/unserved.hpp"
#include "storage/model/time_text.hpp"
#include "storage/storage_error.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace jobhost::host {

namespace {

using namespace std::chrono_literals;

// The safety net under the hints, and all there is where none come.
constexpr Duration kLookPeriod = 500ms;
constexpr auto kPeriodWithNews = 20ms;
// Of what others may mend in the database.
constexpr auto kTryPeriod = 5s;
constexpr std::size_t kMostNames = 10;
constexpr std::size_t kMostErrors = 20;
constexpr std::size_t kMostTold = 1000;

void add_names(std::string& line, const storage::Applied& applied, storage::DefinitionChange::Kind kind,
               std::size_t count, const char* word) {
    line += (line.empty() ? "" : ", ") + std::to_string(count) + " " + word;
    std::size_t shown = 0;
    for (const storage::DefinitionChange& change : applied.changes) {
        if (change.kind != kind) continue;
        if (shown == kMostNames) {
            line += ", ...";
            break;
        }
        line += (shown == 0 ? " (" : ", ") + change.name;
        ++shown;
    }
    if (shown > 0) line += ")";
}

std::string text_of(const storage::Applied& applied) {
    using Kind = storage::DefinitionChange::Kind;
    std::string line;
    add_names(line, applied, Kind::added, applied.added, "added");
    add_names(line, applied, Kind::changed, applied.changed, "changed");
    add_names(line, applied, Kind::retired, applied.retired, "retired");
    return line;
}

std::string text_of(const std::vector<config::ConfigError>& errors) {
    std::string text;
    for (std::size_t i = 0; i < std::min(errors.size(), kMostErrors); ++i)
        text += (i == 0 ? "" : "\n") + config::to_text(errors[i]);
    if (errors.size() > kMostErrors)
        text += "\nand " + std::to_string(errors.size() - kMostErrors) +
                " more; jobhost config check says them all";
    return text;
}

bool has_sizes_of(const config::Configuration& configuration, const FilesSeen& seen) {
    return std::ranges::all_of(configuration.sources, [&](const config::Source& source) {
        const auto found = seen.find(source.file);
        return found == seen.end() || found->second.size == source.text.size();
    });
}

// What the database does not want of what the files say. REQUIRES: it is being handled; all else is thrown
// on.
std::vector<config::ConfigError> errors_of(const storage::StorageError& error,
                                           const std::filesystem::path& host_file) {
    if (error.kind() != storage::StorageError::Kind::refused) throw;
    return {{{host_file.string()}, "definitions", error.what(), ""}};
}

}  // namespace

void Reload::start(std::vector<config::ConfigError> errors) {
    watch_.watch(folders_of_files(running_));
    settling_.see(look_at_files(running_), clock_.now());
    settling_.read_all(clock_.now());
    if (!running_.settings.limits.empty()) limits_.set(running_.settings.limits);
    applied_limits_ = running_.settings.limits;
    applied_retention_ = running_.settings.retention;
    for (const storage::SourceFile& file : files_of(running_))
        applied_digests_[file.definitions.source] = file.digest;
    const config::ServerSettings& server = running_.settings.server;
    const auto revisions = sources_.revisions();
    if (errors.empty()) {
        errors = lost_folders(running_, server.application, brought_by(server, revisions));
        if (!errors.empty()) next_try_ = clock_.now() + kTryPeriod;
    }
    if (!errors.empty()) {
        begin_refused(revisions);
        return refuse(errors);
    }
    const storage::SourceFiles files{.application = server.application,
                                     .server = server.name,
                                     .files = files_of(running_),
                                     .is_start = true};
    try {
        const auto outcome = sources_.apply(files);
        mend();
        report(outcome, files.files);
    } catch (const storage::StorageError& error) {
        errors = errors_of(error, host_file_);
        if (brought_by(server, revisions).empty()) throw;  // nothing of it was ever right
        next_try_ = clock_.now() + kTryPeriod;
        begin_refused(revisions);
        refuse(errors);
    }
}

// What this host brought and does not have will have vanished when its files are right again; what others
// brought may come back with a folder that is lost, and is no edit then.
void Reload::begin_refused(const std::vector<storage::SourceRevision>& revisions) {
    const std::set<std::string> ours = brought_by(running_.settings.server, revisions);
    for (const storage::SourceRevision& held : revisions) {
        if (held.digest.empty() || applied_digests_.contains(held.source)) continue;
        unseen_.insert(held.source);
        if (ours.contains(held.source)) applied_digests_[held.source] = held.digest;
    }
}

void Reload::know(const std::vector<config::ConfigError>& warnings) {
    for (const config::ConfigError& warning : warnings)
        told_.insert(config::to_text(warning));
}

Duration Reload::run_once() {
    const BootTime now = clock_.now();
    const bool is_hurried = is_hurried_.exchange(false);
    if (now < next_look_ && !is_hurried) return std::chrono::ceil<Duration>(next_look_ - now);
    next_look_ = now + kPeriodWithNews;
    const FilesSeen seen = look_at_files(latest_);
    const auto pause = settling_.see(seen, now);
    const bool is_due = pause == Duration::zero();
    const bool is_wanted = is_due || is_unwritten_ || (next_try_ && now >= *next_try_);
    report_restless(settling_.restless_for_long(now));
    if (!is_hurried && !is_wanted) return std::min(pause.value_or(kLookPeriod), kLookPeriod);
    const auto restless = is_hurried ? std::set<std::filesystem::path>{} : settling_.restless(now);
    const auto held = held_files(restless);
    if (!held) return kPeriodWithNews;
    if (is_due) report_restless(restless);
    if (is_hurried)
        settling_.read_all(now);
    else
        settling_.read(now);
    is_unwritten_ = true;
    read(seen, is_hurried || settling_.is_settled(), *held);
    is_unwritten_ = false;
    return kPeriodWithNews;
}

// What they said when they were read last goes on. Nothing: that is not known, of the host file for one.
std::optional<config::HeldFiles> Reload::held_files(const std::set<std::filesystem::path>& restless) const {
    if (restless.contains(latest_.file)) return std::nullopt;
    config::HeldFiles held;
    for (const std::filesystem::path& file : restless) {
        const auto before = std::ranges::find(latest_.sources, file, &config::Source::file);
        const bool is_new = before == latest_.sources.end();
        // It is empty, too, if it could not be read.
        if (refused_ && !is_new && before->text.empty()) return std::nullopt;
        held[file] = is_new ? std::nullopt : std::optional{before->text};
    }
    return held;
}

// What changes meanwhile is seen by the next look. Times are too coarse to tell all of it: of files that are
// not quiet, unless somebody asks, only what is as long as it looked counts, and no error.
void Reload::read(FilesSeen seen, bool is_trusted, const config::HeldFiles& held) {
    next_try_.reset();
    config::LoadResult result = config::load(host_file_, held);
    FilesSeen after = look_at_files(latest_);
    for (const auto& [file, text] : held) {
        seen.erase(file);
        after.erase(file);
    }
    if (were_written(seen, after)) return;
    auto* right = std::get_if<config::Configuration>(&result.outcome);
    if (!is_trusted && (!right || !has_sizes_of(*right, seen))) return;
    if (right)
        latest_ = *right;
    else if (result.host)
        latest_ = std::move(*result.host);
    watch_.watch(folders_of_files(latest_));
    if (!right) return refuse(std::get<1>(result.outcome));
    if (const auto lost = lost_now(*right); !lost.empty()) return refuse(lost);
    try {
        apply(*right);
    } catch (const storage::StorageError& error) {
        const auto errors = errors_of(error, host_file_);
        next_try_ = clock_.now() + kTryPeriod;
        return refuse(errors);
    }
    mend();
    report_warnings(result.warnings);
    report_settings(right->settings);
}

// Those of which somebody has said that they are gone for good do not count.
std::vector<config::ConfigError> Reload::lost_now(const config::Configuration& configuration) {
    const auto lost = [&] {
        std::set<std::string> known;
        for (const auto& [source, digest] : applied_digests_)
            known.insert(source);
        return lost_folders(configuration, running_.settings.server.application, known);
    };
    auto errors = lost();
    if (errors.empty()) return errors;
    for (const storage::SourceRevision& held : sources_.revisions())
        if (held.digest.empty()) applied_digests_.erase(held.source);
    errors = lost();
    if (!errors.empty()) next_try_ = clock_.now() + kTryPeriod;
    return errors;
}

void Reload::apply(const config::Configuration& configuration) {
    if (configuration.settings.limits != applied_limits_ && !configuration.settings.limits.empty())
        limits_.set(configuration.settings.limits);
    applied_limits_ = configuration.settings.limits;

    // Definitions belong to the server that runs, whatever the file calls it now.
    config::Configuration ours = configuration;
    ours.settings.server = running_.settings.server;
    storage::SourceFiles files{.application = ours.settings.server.application,
                               .server = ours.settings.server.name,
                               .files = files_of(ours)};
    folders_.replace_by(folders_of(ours));
    Digests digests;
    for (storage::SourceFile& file : files.files) {
        const std::string& source = file.definitions.source;
        const auto before = applied_digests_.find(source);
        const bool is_other = before == applied_digests_.end() || before->second != file.digest;
        file.is_edited = is_other && !unseen_.contains(source);
        digests[source] = file.digest;
    }
    for (const auto& [source, digest] : applied_digests_)
        if (!digests.contains(source)) files.vanished.push_back(source);
    const bool is_same =
        digests == applied_digests_ && !refused_ && ours.settings.retention == applied_retention_;
    if (is_same) return;
    const auto outcome = sources_.apply(files);
    applied_digests_ = std::move(digests);
    unseen_.clear();
    applied_retention_ = ours.settings.retention;
    report(outcome, files.files);
    report_unserved(configuration, outcome.definitions.changes);
    if (!outcome.definitions.changes.empty()) applied();
}

// It is logged first: the database may be away.
void Reload::refuse(const std::vector<config::ConfigError>& errors) {
    const std::string problems = text_of(errors);
    if (refused_ != problems) {
        spdlog::error("the configuration is refused, and the last definitions that were right go on:");
        for (std::size_t begin = 0; begin < problems.size();) {
            const std::size_t end = std::min(problems.find('\n', begin), problems.size());
            spdlog::error("{}", problems.substr(begin, end - begin));
            begin = end + 1;
        }
        refused_ = problems;
    }
    const config::ServerSettings& server = running_.settings.server;
    sources_.set_refusal(server.application, server.name, problems);
}

void Reload::mend() {
    const config::ServerSettings& server = running_.settings.server;
    sources_.set_refusal(server.application, server.name, "");
    if (refused_) spdlog::info("the configuration is right again");
    refused_.reset();
}

void Reload::report(const storage::SourcesApplied& outcome, const std::vector<storage::SourceFile>& files) {
    std::set<std::string> there;
    for (const storage::SourceFile& file : files)
        if (!file.definitions.definitions.empty()) there.insert(file.definitions.source);
    const bool has_gone =
        std::ranges::any_of(outcome.definitions.changes, [&](const storage::DefinitionChange& change) {
            return change.kind == storage::DefinitionChange::Kind::retired && !there.contains(change.source);
        });
    // Nobody should miss that a file was lost, or came out empty, by mistake.
    spdlog::log(has_gone ? spdlog::level::warn : spdlog::level::info, "definitions: {}{}",
                text_of(outcome.definitions), has_gone ? "; files are gone or empty" : "");
    report_renames(outcome.definitions);
    report_older(outcome.newer);
}

void Reload::report_renames(const storage::Applied& outcome) {
    const auto renames = renames_in(outcome);
    for (std::size_t i = 0; i < std::min(renames.size(), kMostNames); ++i)
        spdlog::info("{}", rename_text(renames[i]));
    if (renames.size() > kMostNames) spdlog::info("and {} more look renamed", renames.size() - kMostNames);
}

void Reload::report_older(const std::vector<storage::SourceRevision>& newer) {
    for (const storage::SourceRevision& held : newer) {
        const std::string what = held.digest.empty() ? "was removed" : "was replaced";
        std::string line = "this host has an older file: " + held.source + " " + what + " by " +
                           held.applied_by + " at " + to_text(held.applied_at) +
                           "; it is left out (jobhost config apply --force makes it count)";
        warn_once(line);
    }
}

void Reload::report_restless(const std::set<std::filesystem::path>& files) {
    for (const std::filesystem::path& file : files)
        warn_once(file.string() + " is written all the time; what it said before goes on until it is quiet");
}

void Reload::report_unserved(const config::Configuration& configuration,
                             const std::vector<storage::DefinitionChange>& changes) {
    std::set<std::string> changed;
    for (const storage::DefinitionChange& change : changes)
        changed.insert(change.name);
    for (const config::Source& source : configuration.sources)
        for (const config::PlacedDefinition& placed : source.definitions)
            if (changed.contains(placed.definition.name)) warn_of_unserved(placed, has_type);
}

void Reload::report_warnings(const std::vector<config::ConfigError>& warnings) {
    for (const config::ConfigError& warning : warnings)
        warn_once(config::to_text(warning));
}

// Places change with each edit, so that what was told is forgotten now and then.
void Reload::warn_once(const std::string& line) {
    if (told_.size() >= kMostTold) told_.clear();
    if (told_.insert(line).second) spdlog::warn("{}", line);
}

void Reload::report_settings(const config::Settings& settings) {
    std::string names;
    for (const std::string& name : config::settings_that_need_a_restart(running_.settings, settings))
        names += (names.empty() ? "" : ", ") + name;
    if (names.empty()) return;
    std::string line =
        host_file_.string() + ": changed, and takes hold when the host is started again: " + names;
    warn_once(line);
}

}  // namespace jobhost::host
