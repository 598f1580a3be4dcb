#include "config/yaml_document.hpp"

#include "config/yaml_problem.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <map>
#include <optional>
#include <sstream>

namespace jobhost::config {
namespace {

constexpr std::size_t kMostNodes = 100'000;
constexpr std::size_t kMostLevels = 64;
constexpr std::size_t kMostText = 8 << 20;

// Leaves the parser from inside one of its events. Never leaves this file.
struct Refusal {
    TextProblem problem;
};

// Builds the tree from the parser's events, because its own tree resolves aliases and duplicate keys unseen.
class Builder final : public YAML::EventHandler {
public:
    explicit Builder(std::string_view text) : text_(text), columns_(text) {}

    YamlDocument take() {
        if (!document_.root) document_.root = &add_node({1, 1}, Node::Kind::null);
        return std::move(document_);
    }

    void OnDocumentStart(const YAML::Mark& mark) override {
        if (document_.root)
            refuse(place(mark), "a second document begins here",
                   "one file holds one document; remove the '---'");
    }
    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        finish(open(mark, Node::Kind::null), anchor);
    }
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        const auto target = anchors_.find(anchor);
        if (target == anchors_.end()) refuse(place(mark), "an alias cannot stand inside its own anchor", "");
        count(place(mark), target->second->size);
        count_text(place(mark), target->second->length);
        add(*target->second, place(mark));
    }
    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& value) override {
        Node& node = open(mark, Node::Kind::scalar);
        node.text = value;
        node.length = value.size();
        count_text({node.line, node.column}, node.length);
        node.is_plain = tag == "?";
        if (tag != "?" && tag != "!" && tag != "tag:yaml.org,2002:str") refuse_tag(node);
        if (tag == "!") check_closed(mark, node);
        finish(node, anchor);
    }
    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override {
        begin(mark, tag, anchor, Node::Kind::sequence);
    }
    void OnSequenceEnd() override { end(); }
    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override {
        begin(mark, tag, anchor, Node::Kind::mapping);
    }
    void OnMapEnd() override { end(); }

private:
    struct Level {
        Node* node;
        YAML::anchor_t anchor;
        const Node* key = nullptr;  // of a mapping: its value comes next
    };

    [[noreturn]] static void refuse(Place at, std::string problem, std::string hint) {
        throw Refusal{{at.line, at.column, std::move(problem), std::move(hint)}};
    }
    [[noreturn]] static void refuse_tag(const Node& node) {
        refuse({node.line, node.column}, "tags are not supported", "remove the word that starts with '!'");
    }

    Place place(const YAML::Mark& mark) { return columns_.place(mark.line, mark.column); }

    void count(Place at, std::size_t nodes) {
        count_ += nodes;
        if (count_ > kMostNodes) refuse(at, "more than 100,000 values up to here, aliases counted", "");
    }

    void count_text(Place at, std::size_t length) {
        length_ += length;
        if (length_ > kMostText)
            refuse(at, "more than 8 MiB of text up to here, aliases counted",
                   "keep what is long in a file that the job reads");
    }

    Node& add_node(Place at, Node::Kind kind) {
        Node& node = document_.nodes.emplace_back();
        node.kind = kind;
        node.line = at.line;
        node.column = at.column;
        return node;
    }

    Node& open(const YAML::Mark& mark, Node::Kind kind) {
        const Place at = place(mark);
        count(at, 1);
        return add_node(at, kind);
    }

    void begin(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, Node::Kind kind) {
        Node& node = open(mark, kind);
        node.height = 1;
        if (tag != "?" && tag != "!" && !tag.empty()) refuse_tag(node);
        levels_.push_back({&node, anchor});
        check_levels({node.line, node.column}, 0);
    }
    void end() {
        const Level level = levels_.back();
        levels_.pop_back();
        finish(*level.node, level.anchor);
    }
    void finish(Node& node, YAML::anchor_t anchor) {
        if (anchor != 0) anchors_[anchor] = &node;
        add(node, {node.line, node.column});
    }

    void check_levels(Place at, std::size_t below) {
        if (levels_.size() + below > kMostLevels) refuse(at, "more than 64 levels deep", "");
    }

    // Hangs `node` under the innermost open list or mapping.
    void add(const Node& node, Place at) {
        if (levels_.empty()) {
            document_.root = &node;
            return;
        }
        check_levels(at, node.height);
        Level& level = levels_.back();
        level.node->size += node.size;
        level.node->length += node.length;
        level.node->height = std::max(level.node->height, node.height + 1);
        if (level.node->kind == Node::Kind::sequence) {
            level.node->items.push_back(&node);
        } else if (!level.key) {
            check_key(node, at);
            level.key = &node;
        } else {
            level.node->entries.push_back({level.key, beside(*level.key, node)});
            level.key = nullptr;
        }
    }

    static void check_key(const Node& key, Place at) {
        if (key.kind != Node::Kind::scalar) refuse(at, "a key must be a text", "");
        if (key.text == "<<" && key.is_plain)
            refuse(at, "merge keys '<<' are not supported",
                   "write the keys out, or use an alias for the whole value");
    }

    // The parser finds a value that is not written only at the next token; it belongs to its key.
    const Node* beside(const Node& key, const Node& value) {
        if (value.kind != Node::Kind::null || value.line == key.line) return &value;
        Node& moved = document_.nodes.emplace_back(value);
        moved.line = key.line;
        moved.column = key.column;
        return &moved;
    }

    // The parser takes the end of the file for a closing quote.
    void check_closed(const YAML::Mark& mark, const Node& node) {
        const auto start = static_cast<std::size_t>(mark.pos);
        if (!is_quote_closed(text_, start)) refuse({node.line, node.column}, "a quote is not closed", "");
    }

    std::string_view text_;
    ColumnCounter columns_;
    YamlDocument document_;
    std::vector<Level> levels_;
    std::map<YAML::anchor_t, const Node*> anchors_;
    std::size_t count_ = 0;
    std::size_t length_ = 0;
};

}  // namespace

std::variant<YamlDocument, TextProblem> parse_yaml(std::string_view text) {
    Builder builder(text);
    try {
        std::istringstream stream{std::string(text)};
        YAML::Parser parser(stream);
        while (parser.HandleNextDocument(builder)) {
        }
        return builder.take();
    } catch (const Refusal& refusal) {
        return refusal.problem;
    } catch (const YAML::Exception& error) {
        const Place at = ColumnCounter(text).place(error.mark.line, error.mark.column);
        return syntax_problem(text, at, error.msg);
    }
}

}  // namespace jobhost::config
