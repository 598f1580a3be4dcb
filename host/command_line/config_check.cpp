#include "config/schemas.hpp"
#include "config/warnings.hpp"
#include "host/command_line/opened.hpp"
#include "host/command_line/text.hpp"
#include "host/command_line/types_here.hpp"
#include "host/observe/printable.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <iostream>
#include <iterator>

namespace jobhost::host {

namespace {

// Types are looked up in the plugins folder alone: a check touches no database.
void check_types(const config::Configuration& configuration, std::vector<config::ConfigError>& errors) {
    TypesHere types{configuration, nullptr};
    for (const config::Source& source : configuration.sources)
        for (const config::PlacedDefinition& placed : source.definitions)
            for (const config::PlacedText& type : placed.types)
                if (!types.payload_version(type.text))
                    errors.push_back({type.where, type.path, types.unknown_text(type.text), ""});
    config::sort(errors);
}

boost::json::array to_json(const std::vector<config::ConfigError>& errors) {
    boost::json::array array;
    for (const config::ConfigError& error : errors)
        array.push_back({{"file", error.where.file},
                         {"line", error.where.line},
                         {"column", error.where.column},
                         {"path", error.path},
                         {"problem", error.problem},
                         {"hint", error.hint}});
    return array;
}

}  // namespace

int config_check(const GlobalOptions& global, const ConfigCheckOptions& options) {
    config::LoadResult result = config::load(global.file);
    std::vector<config::ConfigError> errors;
    std::size_t definitions = 0;
    std::size_t sources = 0;
    if (const auto* configuration = std::get_if<config::Configuration>(&result.outcome)) {
        if (!options.allow_unknown_type) check_types(*configuration, errors);
        std::ranges::move(config::warnings_of(*configuration, SystemClock{}.now()),
                          std::back_inserter(result.warnings));
        config::sort(result.warnings);
        sources = configuration->sources.size();
        for (const config::Source& source : configuration->sources)
            definitions += source.definitions.size();
    } else {
        errors = std::get<1>(result.outcome);
    }
    if (global.json) {
        std::cout << boost::json::object{{"errors", to_json(errors)}, {"warnings", to_json(result.warnings)}}
                  << '\n';
    } else {
        for (const auto& warning : result.warnings)
            std::cerr << "warning: " << printable(config::to_text(warning)) << '\n';
        for (const auto& error : errors)
            std::cerr << printable(config::to_text(error)) << '\n';
        if (errors.empty())
            std::cout << "right: " << counted(definitions, "definition") << " in " << counted(sources, "file")
                      << '\n';
    }
    return errors.empty() ? kDone : kWrongUse;
}

int config_schema(const GlobalOptions&, const ConfigSchemaOptions& options) {
    std::cout << (options.is_of_host_file ? config::host_file_schema() : config::definition_file_schema());
    return kDone;
}

}  // namespace jobhost::host
