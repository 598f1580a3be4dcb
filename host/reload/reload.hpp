// Definition files that change while the host runs become definitions in the database.
#pragma once

#include "config/load.hpp"
#include "host/reload/folder_watch.hpp"
#include "host/reload/settling.hpp"
#include "host/scheduling/source_folders.hpp"
#include "host/scheduling/sources.hpp"
#include "storage/limit_store.hpp"
#include "storage/source_store.hpp"

#include <atomic>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace jobhost::host {

// One thread at a time, hurry() apart.
class Reload {
public:
    // `host_file` as the operator wrote it. `running`: what the host was started with, and goes on with where
    // it cannot change. References outlive this.
    Reload(std::filesystem::path host_file, const config::Configuration& running,
           storage::SourceStore& sources, storage::LimitStore& limits, FolderWatch& watch,
           const BootClock& clock)
        : host_file_{std::move(host_file)},
          running_{running},
          sources_{sources},
          limits_{limits},
          watch_{watch},
          clock_{clock},
          latest_{running},
          folders_{folders_of(running)} {}

    // What the host begins with: `running`, if it was right, or nothing of its definition files but `errors`;
    // then what the database holds of them goes on, and so it does when a folder of theirs is gone, or the
    // database refuses what they say now. Throws StorageError, also if it has never taken anything of them.
    void start(std::vector<config::ConfigError> errors);
    // What the operator has been told of them already.
    void know(const std::vector<config::ConfigError>& warnings);

    // Looks whether files have changed; when they have and are quiet, reads all, and applies what is right in
    // one transaction. What is wrong changes nothing, is logged once, and stands in the database until it is
    // mended. How long until it is worth looking again; at most a second. Throws StorageError; then the next
    // call tries again.
    Duration run_once();

    // Any thread: the next run_once() reads the files whatever they look like.
    void hurry() noexcept { is_hurried_ = true; }

    // Of the files that this host has; they change as it reads them. Lives as long as this.
    const SourceFolders& folders() const noexcept { return folders_; }

    // Called when definitions have changed.
    std::function<void()> applied = [] {};
    // Whether a plugin of this host has the job type.
    std::function<bool(const std::string&)> has_type = [](const std::string&) { return true; };

private:
    using Digests = std::map<std::string, std::string>;  // by source

    std::optional<config::HeldFiles> held_files(const std::set<std::filesystem::path>& restless) const;
    void read(FilesSeen seen, bool is_trusted, const config::HeldFiles& held);
    void begin_refused(const std::vector<storage::SourceRevision>& revisions);
    std::vector<config::ConfigError> lost_now(const config::Configuration& configuration);
    void apply(const config::Configuration& configuration);
    void refuse(const std::vector<config::ConfigError>& errors);
    void mend();
    void report(const storage::SourcesApplied& outcome, const std::vector<storage::SourceFile>& files);
    void report_renames(const storage::Applied& outcome);
    void report_older(const std::vector<storage::SourceRevision>& newer);
    void report_restless(const std::set<std::filesystem::path>& files);
    void report_unserved(const config::Configuration& configuration,
                         const std::vector<storage::DefinitionChange>& changes);
    void report_warnings(const std::vector<config::ConfigError>& warnings);
    void warn_once(const std::string& line);
    void report_settings(const config::Settings& settings);

    const std::filesystem::path host_file_;
    const config::Configuration& running_;
    storage::SourceStore& sources_;
    storage::LimitStore& limits_;
    FolderWatch& watch_;
    const BootClock& clock_;

    config::Configuration latest_;  // as read last, when the host file was right: where to look
    SourceFolders folders_;
    Settling settling_;
    BootTime next_look_{};
    Digests applied_digests_;  // of what counts as this host's files
    // Those that the database held when this host began with wrong files: nobody saw what became of them.
    std::set<std::string> unseen_;
    std::vector<Limit> applied_limits_;
    Retention applied_retention_;
    std::atomic<bool> is_hurried_ = false;
    bool is_unwritten_ = false;  // what was read has not yet come into the database
    // A folder is lost, or the database refuses what the files say: when to look whether somebody has retired
    // what was in it, or has let go of a name that another source has.
    std::optional<BootTime> next_try_;

    std::optional<std::string> refused_;  // what is wrong, as it was logged
    std::set<std::string> told_;          // warnings and older files, each told once
};

}  // namespace jobhost::host
