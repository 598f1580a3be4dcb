#include "config/load.hpp"

#include "config/glob.hpp"
#include "config/nearest_name.hpp"
#include "config/order.hpp"
#include "config/read_definition.hpp"
#include "config/read_settings.hpp"
#include "config/shared_schedules.hpp"
#include "config/values.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace jobhost::config {
namespace {

namespace fs = std::filesystem;

class Loader {
public:
    Loader(const fs::path& host_file, const HeldFiles& held) : given_(host_file), held_(held) {
        std::error_code error;
        configuration_.file = fs::absolute(host_file, error).lexically_normal();
        configuration_.folder = configuration_.file.parent_path();
    }

    LoadResult run_alone() {
        is_alone_ = true;
        return run();
    }

    LoadResult run() {
        read_host_file();
        sort(warnings_);
        sort(errors_);
        if (errors_.empty()) return {std::move(configuration_), std::move(warnings_), std::nullopt, {}};
        auto host = host_alone();
        return {std::move(errors_), std::move(warnings_), std::move(host), std::move(lost_)};
    }

private:
    // Nothing if the host file is wrong itself.
    std::optional<Configuration> host_alone() {
        const auto wrong = std::ranges::count_if(
            errors_, [&](const ConfigError& error) { return error.where.file == given_.string(); });
        if (static_cast<std::size_t>(wrong) > lost_.size()) return std::nullopt;
        for (Source& source : configuration_.sources)
            source.definitions.clear();
        return std::move(configuration_);
    }

    void read_host_file() {
        std::error_code error;
        if (!fs::exists(configuration_.file, error)) {
            errors_.push_back({{given_.string()},
                               "",
                               "is not there",
                               "name another by -c FILE, or make this one; an empty file will do"});
            return;
        }
        const auto document = read_document(configuration_.file, given_.string(), nullptr);
        if (!document) return;
        Reader reader(given_.string(), errors_);
        HostFile host = read_settings(reader, *document->root, configuration_.folder);
        configuration_.settings = std::move(host.settings);
        if (is_alone_) return;
        for (std::size_t i = 0; i < host.patterns.size(); ++i)
            read_sources(reader, host.patterns[i], configuration_.settings.definitions[i]);
        check_after(reader);
    }

    // The tree of `file`; its text also goes to `text`, if there is one, and even if it is no tree.
    std::optional<YamlDocument> read_document(const fs::path& file, const std::string& shown,
                                              std::string* text) {
        const auto held = held_.find(file);
        auto read = held == held_.end() ? read_text_file(file)
                                        : std::variant<std::string, TextProblem>{held->second.value_or("")};
        if (const auto* problem = std::get_if<TextProblem>(&read)) return refuse(shown, *problem);
        auto parsed = parse_yaml(std::get<std::string>(read));
        if (text) *text = std::get<std::string>(std::move(read));
        if (const auto* problem = std::get_if<TextProblem>(&parsed)) return refuse(shown, *problem);
        return std::get<YamlDocument>(std::move(parsed));
    }

    std::nullopt_t refuse(const std::string& file, const TextProblem& problem) {
        errors_.push_back({{file, problem.line, problem.column}, "", problem.problem, problem.hint});
        return std::nullopt;
    }

    void read_sources(Reader& host, const Value& at, const std::string& pattern) {
        const bool is_one_file = !has_wildcard(pattern);
        std::vector<UnreadableFolder> unreadable;
        const auto files = files_of(pattern, unreadable);
        for (const UnreadableFolder& folder : unreadable) {
            host.refuse(
                at, "the folder " + in_quotes(folder.folder.string()) + " cannot be read: " + folder.problem,
                "let the user of jobhost read it; what lies there counts");
            lost_.push_back(folder.folder);
        }
        if (files.empty() && is_one_file) {
            host.refuse(at, "names a file that is not there: " + in_quotes(at.node->text),
                        "a pattern such as jobs.d/*.yaml may match none");
            lost_.push_back(plain_path(pattern));
        }
        for (const fs::path& file : files) {
            std::error_code error;
            const bool is_host_file = fs::equivalent(file, configuration_.file, error);
            if (is_host_file && is_one_file)
                host.refuse(at, "names this file itself", "write jobs to a file of their own");
            if (is_host_file || !seen_.insert(file).second) continue;
            if (!is_one_file && fs::is_directory(file, error)) continue;
            read_source(file);
        }
    }

    // Those that are held count as they are held.
    std::vector<fs::path> files_of(const std::string& pattern, std::vector<UnreadableFolder>& unreadable) {
        const auto there = expand(pattern, &unreadable);
        std::set<fs::path> files{there.begin(), there.end()};
        for (const auto& [file, text] : held_) {
            if (!text) files.erase(file);
            if (text && matches(pattern, file)) files.insert(file);
        }
        return {files.begin(), files.end()};
    }

    void read_source(const fs::path& file) {
        Source source;
        source.file = file;
        source.name = file.lexically_relative(configuration_.folder).generic_string();
        source.shown = (given_.parent_path() / source.name).lexically_normal().string();
        const auto document = read_document(file, source.shown, &source.text);
        if (!document) {
            configuration_.sources.push_back(std::move(source));
            return;
        }
        Reader reader(source.shown, errors_);
        for (ReadDefinition& read :
             read_definitions(reader, *document->root, configuration_.settings.retention)) {
            check_unique(read.placed);
            for (const PlacedText& queue : read.mentions.queues)
                check_queue(queue);
            for (const PlacedText& limit : read.mentions.limits)
                check_limit(limit);
            for (const PlacedText& items : read.mentions.item_files)
                check_items(items, file.parent_path());
            after_.emplace(read.placed.definition.name, std::move(read.after));
            source.definitions.push_back(std::move(read.placed));
        }
        configuration_.sources.push_back(std::move(source));
    }

    void check_unique(const PlacedDefinition& placed) {
        const auto [first, is_new] = names_.emplace(placed.definition.name, placed.where);
        if (!is_new)
            errors_.push_back(
                {placed.where, placed.path, "is already defined at " + to_text(first->second), ""});
    }

    void check_queue(const PlacedText& queue) {
        const auto& queues = configuration_.settings.queues;
        if (std::ranges::find(queues, QueueName{queue.text}, &QueueSettings::name) != queues.end()) return;
        warnings_.push_back(
            {queue.where, queue.path, "this host does not serve the queue " + in_quotes(queue.text),
             hint_to(queue.text, names_of(queues), &QueueName::value, "add it under 'queues'")});
    }

    void check_limit(const PlacedText& limit) {
        const auto& limits = configuration_.settings.limits;
        if (std::ranges::find(limits, limit.text, &Limit::name) != limits.end()) return;
        errors_.push_back(
            {limit.where, limit.path, "there is no limit " + in_quotes(limit.text),
             hint_to(limit.text, limits, &Limit::name, "add it under 'limits' of the host file")});
    }

    // They are read when the batch is handed in, and may come until then.
    void check_items(const PlacedText& items, const fs::path& folder) {
        std::error_code error;
        if (fs::exists(folder / items.text, error)) return;
        warnings_.push_back({items.where, items.path,
                             "names a file that is not there: " + in_quotes(items.text),
                             "it is read when the batch is handed in"});
    }

    static std::vector<QueueName> names_of(const std::vector<QueueSettings>& queues) {
        std::vector<QueueName> names;
        for (const QueueSettings& queue : queues)
            names.push_back(queue.name);
        return names;
    }

    template <class Known, class Name>
    static std::string hint_to(const std::string& name, const Known& known, Name name_of,
                               std::string otherwise) {
        std::vector<std::string_view> names;
        for (const auto& each : known)
            names.push_back(each.*name_of);
        std::string hint = did_you_mean(name, names);
        return hint.empty() ? std::move(otherwise) : std::move(hint);
    }

    void check_after(Reader& reader) {
        std::vector<Waiting> all;
        for (const auto& [name, after] : after_)
            all.push_back({name, &after});
        if (check_order(reader, all)) find_shared_schedules(reader, configuration_.sources, after_);
    }

    bool is_alone_ = false;
    fs::path given_;
    const HeldFiles& held_;
    Configuration configuration_;
    std::vector<ConfigError> errors_;
    std::vector<ConfigError> warnings_;
    std::map<std::string, Position> names_;                 // of definitions, over all sources
    std::map<std::string, std::vector<PlacedText>> after_;  // what each of them waits for
    std::set<fs::path> seen_;
    std::vector<fs::path> lost_;
};

}  // namespace

LoadResult load(const fs::path& host_file, const HeldFiles& held) {
    return Loader(host_file, held).run();
}

LoadResult load_host_file(const fs::path& host_file) {
    return Loader(host_file, {}).run_alone();
}

}  // namespace jobhost::config
