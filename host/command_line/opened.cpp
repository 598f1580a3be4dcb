#include "host/command_line/opened.hpp"

#include "host/observe/printable.hpp"
#include "host/requests/bad_request.hpp"
#include "host/scheduling/sources.hpp"
#include "storage/schema.hpp"

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <set>

namespace jobhost::host {

config::Configuration configuration_or_complain(config::LoadResult& result) {
    for (const config::ConfigError& warning : result.warnings)
        std::cerr << "warning: " << printable(config::to_text(warning)) << '\n';
    if (auto* configuration = std::get_if<config::Configuration>(&result.outcome))
        return std::move(*configuration);
    std::string message;
    for (const config::ConfigError& error : std::get<1>(result.outcome))
        message += (message.empty() ? "" : "\n") + printable(config::to_text(error));
    throw CommandError{kWrongUse, message};
}

config::Configuration load_configuration(const GlobalOptions& global) {
    config::LoadResult result = config::load(global.file);
    return configuration_or_complain(result);
}

config::Settings load_settings(const GlobalOptions& global) {
    config::LoadResult result = config::load_host_file(global.file);
    return configuration_or_complain(result).settings;
}

bool were_right(const config::LoadResult& result) {
    if (!result.host) return false;
    const storage::StorageOptions options = storage_options(result.host->settings);
    const storage::SchemaStatus schema = storage::schema_status(options);
    if (schema.migrations.empty() || !schema.migrations.front().applied_at) return false;
    std::set<std::string> held;
    for (const storage::SourceRevision& revision : storage::open_storage(options)->sources().revisions())
        if (!revision.digest.empty()) held.insert(revision.source);
    const std::vector<config::Source>& sources = result.host->sources;
    const std::vector<storage::SourceFile> files = files_of(*result.host);
    return std::ranges::all_of(std::get<1>(result.outcome), [&](const config::ConfigError& error) {
        const auto at = std::ranges::find(sources, error.where.file, &config::Source::shown);
        if (at == sources.end()) return false;
        return held.contains(files[static_cast<std::size_t>(at - sources.begin())].definitions.source);
    });
}

std::unique_ptr<Opened> open(const GlobalOptions& global) {
    auto opened = std::make_unique<Opened>();
    config::LoadResult result = config::load_host_file(global.file);
    opened->configuration = configuration_or_complain(result);
    opened->storage = storage::open_storage(storage_options(opened->configuration.settings));
    return opened;
}

std::unique_ptr<Opened> open_with_definitions(const GlobalOptions& global) {
    auto opened = std::make_unique<Opened>();
    config::LoadResult result = config::load(global.file);
    if (were_right(result)) {
        for (const config::ConfigError& error : std::get<1>(result.outcome))
            std::cerr << "warning: " << printable(config::to_text(error))
                      << "  (what the file said before goes on)\n";
        opened->configuration = *std::move(result.host);
    } else {
        opened->configuration = configuration_or_complain(result);
    }
    opened->storage = storage::open_storage(storage_options(opened->configuration.settings));
    return opened;
}

storage::StorageOptions storage_options(const config::Settings& settings) {
    const config::StorageSettings& storage = settings.storage;
    return {.url = storage.url, .timeout = storage.timeout, .schema = storage.schema};
}

void flush_output() {
    std::cout.flush();
    if (!std::cout)
        throw CommandError{kFailed, "jobhost: what it had to say could not be written to standard output"};
}

// The last place where errors arrive: they are said to the operator, and the program ends.
int exit_code_of_current_exception() noexcept {
    try {
        throw;
    } catch (const CommandError& error) {
        std::fprintf(stderr, "%s\n", printable_lines(error.what()).c_str());
        return error.exit_code();
    } catch (const BadRequest& error) {
        std::fprintf(stderr, "%s\n", printable_lines(error.what()).c_str());
        return kWrongUse;
    } catch (const storage::StorageError& error) {
        std::fprintf(stderr, "jobhost: %s\n", printable_lines(error.what()).c_str());
        return error.kind() == storage::StorageError::Kind::refused ? kWrongUse : kStorageUnavailable;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "jobhost: %s\n", printable_lines(error.what()).c_str());
        return kFailed;
    }
}

}  // namespace jobhost::host
