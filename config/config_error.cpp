#include "config/config_error.hpp"

#include <algorithm>
#include <tuple>

namespace jobhost::config {

std::string to_text(const Position& position) {
    if (position.line == 0) return position.file;
    return position.file + ":" + std::to_string(position.line) + ":" + std::to_string(position.column);
}

std::string to_text(const ConfigError& error) {
    std::string text = to_text(error.where);
    for (const std::string* part : {&error.path, &error.problem, &error.hint}) {
        if (!part->empty()) text.append("  ").append(*part);
    }
    return text;
}

void sort(std::vector<ConfigError>& errors) {
    std::ranges::stable_sort(errors, {}, [](const ConfigError& error) {
        return std::tie(error.where.file, error.where.line, error.where.column);
    });
}

}  // namespace jobhost::config
