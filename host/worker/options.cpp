#include "host/worker/options.hpp"

#include <charconv>
#include <string_view>

namespace jobhost::worker {
namespace {

template <class Number>
void read(std::string_view text, Number& number) {
    std::from_chars(text.data(), text.data() + text.size(), number);
}

}  // namespace

std::vector<std::string> words_of(const Options& options) {
    const Confinement& confinement = options.confinement;
    std::vector<std::string> words;
    const auto add = [&](const char* name, std::string value) {
        words.emplace_back(name);
        words.push_back(std::move(value));
    };
    add("--parent", std::to_string(options.parent));
    add("--protocol", std::to_string(options.protocol));
    if (options.is_probe) words.emplace_back("--probe");
    if (!options.scratch.empty()) add("--scratch", options.scratch);
    add("--memory", std::to_string(confinement.memory));
    add("--cpu-time", std::to_string(confinement.cpu_time));
    add("--descriptors", std::to_string(confinement.descriptors));
    add("--profile", std::to_string(static_cast<int>(confinement.profile)));
    for (const std::string& path : confinement.readable)
        add("--readable", path);
    for (const std::string& path : confinement.writable)
        add("--writable", path);
    if (confinement.has_network) words.emplace_back("--network");
    if (confinement.has_programs) words.emplace_back("--programs");
    return words;
}

Options read_options(int count, char** words) {
    Options options;
    Confinement& confinement = options.confinement;
    // What is not told is strict.
    int profile = static_cast<int>(Confinement::Profile::strict);
    for (int i = 1; i < count; ++i) {
        const std::string_view word = words[i];
        if (word == "--probe") options.is_probe = true;
        if (word == "--network") confinement.has_network = true;
        if (word == "--programs") confinement.has_programs = true;
        if (i + 1 == count) break;
        const std::string_view value = words[i + 1];
        if (word == "--parent") read(value, options.parent);
        if (word == "--protocol") read(value, options.protocol);
        if (word == "--scratch") options.scratch = value;
        if (word == "--memory") read(value, confinement.memory);
        if (word == "--cpu-time") read(value, confinement.cpu_time);
        if (word == "--descriptors") read(value, confinement.descriptors);
        if (word == "--profile") read(value, profile);
        if (word == "--readable") confinement.readable.emplace_back(value);
        if (word == "--writable") confinement.writable.emplace_back(value);
        const bool has_value =
            word.starts_with("--") && word != "--probe" && word != "--network" && word != "--programs";
        if (has_value) ++i;
    }
    confinement.profile = static_cast<Confinement::Profile>(profile);
    return options;
}

}  // namespace jobhost::worker
