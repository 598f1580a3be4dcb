// A YAML file as a tree that remembers where everything stands. Knows YAML, but no setting.
#pragma once

#include "config/source_text.hpp"

#include <deque>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace jobhost::config {

struct Node {
    enum class Kind { null, scalar, sequence, mapping };
    struct Entry {
        const Node* key;
        const Node* value;
    };

    Kind kind = Kind::null;
    bool is_plain = false;  // a scalar without quotes: may be a number, true or false
    std::string text;       // of a scalar
    int line = 0;
    int column = 0;
    std::vector<const Node*> items;  // of a sequence
    std::vector<Entry> entries;      // of a mapping, as written: a key may stand there twice

    // Aliases counted as what they stand for:
    std::size_t size = 1;    // nodes below and including this one
    std::size_t height = 0;  // levels of lists and mappings, likewise
    std::size_t length = 0;  // bytes of all texts, likewise
};

// Owns its nodes; an alias is a second pointer to the same node.
struct YamlDocument {
    std::deque<Node> nodes;
    const Node* root = nullptr;  // never null once parsed
};

// `text` is valid UTF-8. Refused beside what is not YAML: a second document, tags, merge keys, keys that are
// not text, more than 64 levels, 100,000 nodes or 8 MiB of text (aliases expanded). An empty text is a null.
std::variant<YamlDocument, TextProblem> parse_yaml(std::string_view text);

}  // namespace jobhost::config
