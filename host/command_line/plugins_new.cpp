#include "host/command_line/opened.hpp"
#include "host/command_line/plugin_template.hpp"
#include "host/observe/printable.hpp"
#include "host/worker/name_rules.hpp"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iostream>
#include <system_error>

namespace jobhost::host {

namespace {

namespace fs = std::filesystem;

// Names of plugins that CMake has for targets of its own.
constexpr std::string_view kTakenNames[] = {
    "all",     "clean",          "edit_cache",    "help", "install", "list_install_components",
    "package", "package_source", "rebuild_cache", "test"};

[[noreturn]] void refuse(const std::string& why) {
    throw CommandError{kWrongUse, why};
}

void check_name(const std::string& name) {
    if (!worker::is_name(name))
        refuse("a plugin cannot be called '" + printable(name) +
               "': begin with a letter a to z and go on with a to z, 0 to 9 and _, at most " +
               std::to_string(worker::kMaxName) + " in all");
    if (std::ranges::find(kTakenNames, name) != std::end(kTakenNames))
        refuse("'" + name + "' is a target that CMake has itself: choose another name");
}

[[noreturn]] void fail(const std::string& what, const std::error_code& error) {
    throw CommandError{kFailed, what + ": " + error.message()};
}

// Makes the folder, or takes one in which there is nothing.
void take_folder(const fs::path& folder) {
    const std::string shown = printable(folder.string());
    std::error_code error;
    fs::create_directories(folder, error);
    const bool is_empty = !error && fs::is_empty(folder, error);
    if (error) fail("the folder " + shown + " cannot be made", error);
    if (!is_empty)
        throw CommandError{kFailed, "the folder " + shown +
                                        " is not empty: name one that is, or is not there yet, by --folder"};
}

std::string with_name(std::string_view text, const std::string& name) {
    std::string filled;
    for (;;) {
        const std::size_t at = text.find(kNewPlugin);
        filled += text.substr(0, at);
        if (at == std::string_view::npos) return filled;
        filled += name;
        text.remove_prefix(at + kNewPlugin.size());
    }
}

void write(const fs::path& file, const std::string& text) {
    std::ofstream out{file, std::ios::binary};
    out << text << std::flush;
    if (!out) fail(printable(file.string()) + " cannot be written", {errno, std::generic_category()});
}

}  // namespace

int plugins_new(const GlobalOptions&, const PluginNewOptions& options) {
    check_name(options.name);
    const fs::path folder = options.folder.empty() ? fs::path{options.name} : options.folder;
    take_folder(folder);
    for (const TemplateFile& file : plugin_template())
        write(folder / with_name(file.name, options.name), with_name(file.text, options.name));
    std::cout
        << "made the plugin " << options.name << " in " << printable(folder.string())
        << "; README.md there tells more. To build it, test it and look at it:\n"
        << "  cd " << printable(folder.string()) << '\n'
        << "  cmake -S . -B build && cmake --build build && ctest --test-dir build\n"
        << "  jobhost plugins inspect build/" << options.name << ".so\n"
        << "If CMake does not find jobhost, install it (cmake --install) and say where to the first cmake: "
           "-DCMAKE_PREFIX_PATH=DIR\n";
    return kDone;
}

}  // namespace jobhost::host
