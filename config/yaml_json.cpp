#include "config/yaml_json.hpp"

#include "config/read_definition.hpp"

namespace jobhost::config {

std::variant<std::string, std::vector<ConfigError>> yaml_as_json(const std::filesystem::path& file) {
    const auto refused = [&](const TextProblem& problem) {
        return std::vector<ConfigError>{
            {{file.string(), problem.line, problem.column}, "", problem.problem, problem.hint}};
    };
    const auto text = read_text_file(file);
    if (const auto* problem = std::get_if<TextProblem>(&text)) return refused(*problem);
    const auto document = parse_yaml(std::get<std::string>(text));
    if (const auto* problem = std::get_if<TextProblem>(&document)) return refused(*problem);

    std::vector<ConfigError> errors;
    Reader reader(file.string(), errors);
    auto json = json_of(reader, {std::get<YamlDocument>(document).root, ""});
    sort(errors);
    if (!json) return errors;
    return *std::move(json);
}

}  // namespace jobhost::config
