// What a verb works on: the configuration, and the database that it names.
#pragma once

#include "config/load.hpp"
#include "host/command_line/commands.hpp"
#include "host/command_line/database_clock.hpp"
#include "storage/storage.hpp"

#include <memory>
#include <stdexcept>
#include <string>

namespace jobhost::host {

// Ends a verb: what to say on standard error, and the exit code.
class CommandError : public std::runtime_error {
public:
    CommandError(int exit_code, const std::string& message)
        : std::runtime_error{message}, exit_code_{exit_code} {}
    int exit_code() const noexcept { return exit_code_; }

private:
    int exit_code_;
};

// To standard error. For verbs that begin to use what the files say: others would repeat it each time.
void print_warnings(const config::LoadResult& result);
// What was read, or CommandError with all errors.
config::Configuration configuration_or_complain(config::LoadResult& result);
// Throws CommandError with all of them.
[[noreturn]] void complain(const std::vector<config::ConfigError>& errors);
// Throws CommandError with all errors of the configuration.
config::Configuration load_configuration(const GlobalOptions& global);
// The same of the host file alone.
config::Settings load_settings(const GlobalOptions& global);

struct Opened {
    config::Configuration configuration;
    std::unique_ptr<storage::Storage> storage;
    DatabaseClock clock{*storage};
};

// Whether only definition files are wrong, and each of them has been right before: then what the database
// holds of them goes on. Throws StorageError.
bool were_right(const config::LoadResult& result);

// Without the definition files, whatever they say. Throws CommandError and StorageError.
std::unique_ptr<Opened> open(const GlobalOptions& global);
// For a verb that looks into them. With files that are wrong now and were right before, it has no definitions
// of files: those of the database go on, and a warning says so. Throws CommandError and StorageError.
std::unique_ptr<Opened> open_with_definitions(const GlobalOptions& global);

storage::StorageOptions storage_options(const config::Settings& settings);

void flush_output();  // throws if something could not be written, on a full disk for one
int exit_code_of_current_exception() noexcept;

// Runs a verb; errors are said on standard error and become the exit code.
template <class Verb>
int run_verb(Verb verb) noexcept {
    try {
        const int code = verb();
        flush_output();
        return code;
    } catch (...) {
        return exit_code_of_current_exception();
    }
}

}  // namespace jobhost::host
