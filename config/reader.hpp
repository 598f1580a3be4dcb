// Typed reads of one file that collect what is wrong instead of stopping at it. Private to config.
#pragma once

#include "config/config_error.hpp"
#include "config/placed_text.hpp"
#include "config/yaml_document.hpp"
#include "storage/model/time.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace jobhost::config {

// A value and the path that leads to it, "retry.delay[1]".
struct Value {
    const Node* node = nullptr;
    std::string path;
};

// The keys that a mapping may have, and what to do with the value of each.
class Keys {
public:
    using Read = std::function<void(const Value&)>;

    void on(std::string_view name, Read read) { known_.push_back({name, std::move(read)}); }
    // A key that belongs elsewhere; `refuse` gets the key and says where.
    void on_stray(std::string_view name, Read refuse) { strays_.push_back({name, std::move(refuse)}); }

private:
    friend class Reader;
    struct Key {
        std::string_view name;
        Read read;
    };
    std::vector<Key> known_;
    std::vector<Key> strays_;
};

// Every read answers nothing when the value is wrong, and has then added an error. Uses `errors` for its
// life.
class Reader {
public:
    Reader(std::string file, std::vector<ConfigError>& errors) : file_(std::move(file)), errors_(errors) {}

    void refuse(const Value& at, std::string problem, std::string hint = {});
    void refuse(const PlacedText& at, std::string problem, std::string hint = {});
    Position position(const Node& node) const { return {file_, node.line, node.column}; }
    PlacedText placed(const Value& value, std::string text) const {
        return {std::move(text), position(*value.node), value.path};
    }

    // Reads the value of each key that is there, in the order of the file. Unknown and repeated keys are
    // errors; an empty value is a mapping without keys.
    void read_mapping(const Value& value, const Keys& keys);
    // The same for names that the operator chooses. The first argument is the key, with the path of its
    // value.
    void read_entries(const Value& value, const std::function<void(const Value&, const Value&)>& read);
    void read_list(const Value& value, const std::function<void(const Value&)>& read);

    std::optional<std::string> text(const Value& value);  // that refers to nothing
    // A text as written, with its references and escapes.
    std::optional<std::string> text_with_references(const Value& value);
    std::optional<std::string> name(const Value& value);  // see is_name()
    std::optional<int> whole_number(const Value& value, int least, int most);
    std::optional<double> number(const Value& value, double least, double most);
    std::optional<Duration> duration(const Value& value, Duration least, Duration most = kLongest);
    // A number of bytes, "512MiB".
    std::optional<std::uint64_t> size(const Value& value, std::uint64_t least, std::uint64_t most);
    std::optional<bool> boolean(const Value& value);  // true or false
    // Which of `words` it is, as an index.
    std::optional<std::size_t> choice(const Value& value, std::span<const std::string_view> words);

    // From now on, the path of each key that read_mapping() is ready to read goes to `paths`, for tests of
    // the documentation.
    void record_offered(std::set<std::string>& paths) { offered_ = &paths; }

    static constexpr Duration kLongest = std::chrono::days{36'525};

private:
    bool is_mapping(const Value& value);
    void refuse_unknown(const Value& key, const Keys& keys);

    std::string file_;
    std::vector<ConfigError>& errors_;
    std::set<std::string>* offered_ = nullptr;
};

// "a mapping", "text" ...: the kind and never the value.
std::string_view kind_of(const Node& node);
// `path` and `key`, joined by a dot; a key that is not a name is quoted.
std::string join(const std::string& path, std::string_view key);

}  // namespace jobhost::config
