// The project that `jobhost plugins new` begins with: the files of plugin_sdk/template.
#pragma once

#include <span>
#include <string_view>

namespace jobhost::host {

// In names and texts of the template this word stands for the plugin's name.
inline constexpr std::string_view kNewPlugin = "new_plugin";

struct TemplateFile {
    std::string_view name;
    std::string_view text;
};
std::span<const TemplateFile> plugin_template();

}  // namespace jobhost::host
