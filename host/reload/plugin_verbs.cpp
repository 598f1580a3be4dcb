#include "host/reload/plugin_verbs.hpp"

#include "host/observe/printable.hpp"

#include <boost/json.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <map>
#include <set>
#include <system_error>

namespace jobhost::host {

namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using storage::PluginState;
using storage::ServerAnswer;

// After that an answer says how far it has come.
constexpr Duration kPatience = 20s;
constexpr Duration kPeriod = 20ms;

ServerAnswer done(json::object text) {
    return {.is_done = true, .text = json::serialize(text)};
}

ServerAnswer refused(const std::string& reason, const std::string& remedy) {
    return {.is_done = false, .text = json::serialize(json::object{{"reason", reason}, {"remedy", remedy}})};
}

json::object to_json(const LoadedPlugin& plugin) {
    return {{"plugin", plugin.description.name},
            {"version", plugin.description.version},
            {"digest", plugin.image->digest()},
            {"generation", plugin.generation}};
}

std::map<std::string, std::uint64_t> generations_of(const std::vector<PluginReload::FileStatus>& files) {
    std::map<std::string, std::uint64_t> generations;
    for (const PluginReload::FileStatus& file : files)
        if (file.plugin) generations[file.file] = file.plugin->generation;
    return generations;
}

}  // namespace

bool PluginVerbs::knows(std::string_view verb) {
    return verb == kReloadPlugins || verb == kRollBackPlugin || verb == kRemovePlugin;
}

void PluginVerbs::ask(storage::ServerCommand command) {
    asked_.with([&](auto& all) { all.push_back(std::move(command)); });
}

void PluginVerbs::set_served(std::vector<storage::ServedPlugin> plugins) {
    served_.with([&](auto& all) { all = std::move(plugins); });
}

Duration PluginVerbs::run_once() {
    for (const storage::ServerCommand& command :
         asked_.with([](auto& all) { return std::exchange(all, {}); }))
        take_up(command);
    const Duration pause = plugins_.run_once();
    const BootTime now = clock_.now();
    std::erase_if(pending_, [&](const Pending& each) {
        auto answer = each.progress(now >= each.deadline);
        if (!answer) return false;
        answered_(each.id, *std::move(answer));
        return true;
    });
    return pending_.empty() ? pause : std::min(pause, kPeriod);
}

void PluginVerbs::take_up(const storage::ServerCommand& command) {
    spdlog::info("{} {}, asked for by {}", printable(command.request.verb),
                 printable(command.request.argument), printable(command.request.by));
    try {
        pending_.push_back(
            {.id = command.id, .deadline = clock_.now() + kPatience, .progress = begin(command.request)});
    } catch (const PluginRefused& refusal) {
        answered_(command.id, refused(refusal.reason(), refusal.remedy()));
    } catch (const std::system_error& error) {
        answered_(command.id, refused(std::string{"no worker can be started: "} + error.what(),
                                      "see to the host; its log says more"));
    }
}

PluginVerbs::Progress PluginVerbs::begin(const storage::ServerRequest& request) {
    if (request.verb == kReloadPlugins) return reload(request.argument);
    if (request.verb == kRollBackPlugin) return roll_back(request.argument);
    return remove(request.argument);
}

// Answered when all files have been read, and what is new of them is live.
PluginVerbs::Progress PluginVerbs::reload(const std::string& name) {
    const auto before = generations_of(plugins_.files(name));
    plugins_.try_again(name);
    if (!name.empty() && plugins_.files(name).empty())
        throw PluginRefused{"there is no file of a plugin " + name + " in the plugin folder",
                            "put it there, or see what there is: jobhost plugins list"};
    return [this, name, before](bool is_late) -> std::optional<ServerAnswer> {
        json::array all;
        for (const PluginReload::FileStatus& file : plugins_.files(name)) {
            json::object shown;
            if (file.plugin) shown = to_json(*file.plugin);
            shown["file"] = file.file;
            const auto known = before.find(file.file);
            const bool is_same =
                known != before.end() && file.plugin && file.plugin->generation == known->second;
            const bool is_waiting =
                !file.is_read || (file.reason.empty() && file.plugin && !is_live(file.plugin->generation));
            if (is_waiting && !is_late) return std::nullopt;
            if (!file.reason.empty()) {
                shown["reason"] = file.reason;
                shown["remedy"] = file.remedy;
            }
            shown["state"] = !file.is_read          ? "unread"
                             : !file.reason.empty() ? "refused"
                             : is_waiting           ? "waiting"
                             : is_same              ? "same"
                                                    : "live";
            all.push_back(std::move(shown));
        }
        return done({{"plugins", std::move(all)}});
    };
}

PluginVerbs::Progress PluginVerbs::roll_back(const std::string& name) {
    const auto worse = plugins_.catalog().named(name);
    const auto before = plugins_.roll_back(name);
    return [this, worse, before](bool is_late) -> std::optional<ServerAnswer> {
        const bool is_there = is_live(before->generation);
        if (!is_there && !is_late) return std::nullopt;
        json::object shown = to_json(*before);
        shown["state"] = is_there ? "live" : "waiting";
        shown["replaced"] = to_json(*worse);
        return done(std::move(shown));
    };
}

PluginVerbs::Progress PluginVerbs::remove(const std::string& name) {
    std::set<std::string> names;
    for (const FoundType& type : plugins_.catalog().types())
        if (type.plugin->description.name == name) names.insert(type.description().full_name);
    const json::array types(names.begin(), names.end());
    plugins_.remove(name);
    return [this, name, types](bool is_late) -> std::optional<ServerAnswer> {
        if (runs(name) && !is_late) return std::nullopt;
        return done({{"plugin", name}, {"types", types}});
    };
}

bool PluginVerbs::is_live(std::uint64_t generation) {
    return served_.with([&](const auto& all) {
        return std::ranges::any_of(all, [&](const storage::ServedPlugin& plugin) {
            return plugin.state == PluginState::live &&
                   plugin.generation == static_cast<std::int64_t>(generation);
        });
    });
}

bool PluginVerbs::runs(const std::string& name) {
    return served_.with([&](const auto& all) {
        return std::ranges::any_of(all, [&](const storage::ServedPlugin& plugin) {
            return plugin.plugin == name && plugin.state != PluginState::draining;
        });
    });
}

}  // namespace jobhost::host
