#include "host/command_line/opened.hpp"

#include "host/observe/printable.hpp"
#include "host/reload/lost_files.hpp"
#include "host/requests/bad_request.hpp"
#include "storage/schema.hpp"

#include <cstdio>
#include <iostream>

namespace jobhost::host {

namespace {

std::unique_ptr<Opened> open_as(config::Configuration configuration) {
    auto storage = storage::open_storage(storage_options(configuration.settings));
    return std::unique_ptr<Opened>{new Opened{std::move(configuration), std::move(storage)}};
}

}  // namespace

void print_warnings(const config::LoadResult& result) {
    for (const config::ConfigError& warning : result.warnings)
        std::cerr << "warning: " << printable(config::to_text(warning)) << '\n';
}

config::Configuration configuration_or_complain(config::LoadResult& result) {
    if (auto* configuration = std::get_if<config::Configuration>(&result.outcome))
        return std::move(*configuration);
    complain(std::get<1>(result.outcome));
}

void complain(const std::vector<config::ConfigError>& errors) {
    std::string message;
    for (const config::ConfigError& error : errors)
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
    return were_right(result, storage::open_storage(options)->sources().revisions());
}

std::unique_ptr<Opened> open(const GlobalOptions& global) {
    config::LoadResult result = config::load_host_file(global.file);
    return open_as(configuration_or_complain(result));
}

std::unique_ptr<Opened> open_with_definitions(const GlobalOptions& global) {
    config::LoadResult result = config::load(global.file);
    if (!were_right(result)) return open_as(configuration_or_complain(result));
    for (const config::ConfigError& error : std::get<1>(result.outcome))
        std::cerr << "warning: " << printable(config::to_text(error))
                  << "  (what the file said before goes on)\n";
    return open_as(*std::move(result.host));
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
