// The arguments of a definition to JSON. No error here shows a value: arguments hold passwords.
#include "config/read_definition.hpp"
#include "config/values.hpp"
#include "storage/model/text_template.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

namespace jobhost::config {
namespace {

void append_text(std::string& json, std::string_view text) {
    json += '"';
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            json.append("\\").push_back(c);
        } else if (static_cast<unsigned char>(c) < 0x20) {
            std::array<char, 8> code{};
            std::snprintf(code.data(), code.size(), "\\u%04x", static_cast<unsigned>(c));
            json += code.data();
        } else {
            json += c;
        }
    }
    json += '"';
}

template <class Number>
std::string number_text(Number number) {
    std::array<char, 40> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
    return {text.data(), end};
}

// Appends to a JSON text, or adds errors and leaves that text unfit for use.
class JsonWriter {
public:
    JsonWriter(Reader& reader, References references) : reader_(reader), references_(references) {}

    void write(const Value& value) {
        switch (value.node->kind) {
            case Node::Kind::null:
                json_ += "null";
                break;
            case Node::Kind::scalar:
                write_scalar(value);
                break;
            case Node::Kind::sequence:
                write_list(value);
                break;
            case Node::Kind::mapping:
                write_object(value);
                break;
        }
    }

    // The text, unless something was refused on the way.
    std::optional<std::string> take() {
        if (is_refused_) return std::nullopt;
        return std::move(json_);
    }

    // Where it stands first.
    const std::optional<PlacedText>& parent_reference() const { return parent_reference_; }

private:
    void refuse(const Value& value, std::string problem, std::string hint) {
        is_refused_ = true;
        reader_.refuse(value, std::move(problem), std::move(hint));
    }

    void write_object(const Value& value) {
        json_ += '{';
        std::string_view separator;
        std::size_t written = 0;
        reader_.read_entries(value, [&](const Value& key, const Value& child) {
            json_ += separator;
            write_key(key);
            json_ += ':';
            write(child);
            separator = ",";
            ++written;
        });
        if (written != value.node->entries.size()) is_refused_ = true;  // a key stood there twice
        json_ += '}';
    }

    void write_list(const Value& value) {
        json_ += '[';
        std::string_view separator;
        reader_.read_list(value, [&](const Value& item) {
            json_ += separator;
            write(item);
            separator = ",";
        });
        json_ += ']';
    }

    // What may hold references stays as it is written, escapes and all.
    void write_text(const Value& value) {
        if (references_.are_kept) return append_text(json_, value.node->text);
        const std::string& text = value.node->text;
        if (!check_references(reader_, value, text, references_)) is_refused_ = true;
        if (references_.to_parents && !parent_reference_ && mentions_parent(text))
            parent_reference_ = reader_.placed(value, "");
        append_text(json_, references_.to_known ? text : without_escapes(text));
    }

    // No reference may stand in it.
    void write_key(const Value& key) {
        if (!check_references(reader_, key, key.node->text, {})) is_refused_ = true;
        append_text(json_, without_escapes(key.node->text));
    }

    static bool mentions_parent(const std::string& text) {
        const auto parts = parts_of(text);
        return parts && std::ranges::any_of(*parts, [](const TextPart& part) {
                   return part.is_reference && refers_to(part.text, "parent.result");
               });
    }

    void write_scalar(const Value& value) {
        if (!value.node->is_plain) return write_text(value);
        std::visit([&](auto plain) { write_plain(value, plain); }, plain_value(value.node->text));
    }

    void write_plain(const Value&, std::nullptr_t) { json_ += "null"; }
    void write_plain(const Value&, bool plain) { json_ += plain ? "true" : "false"; }
    void write_plain(const Value&, std::int64_t plain) { json_ += number_text(plain); }
    void write_plain(const Value&, std::uint64_t plain) { json_ += number_text(plain); }
    void write_plain(const Value&, double plain) {
        const std::string text = number_text(plain);
        json_ += text;
        if (text.find_first_of(".e") == std::string::npos) json_ += ".0";  // stays a floating-point number
    }
    void write_plain(const Value& value, TooLarge) {
        refuse(value, "is a number beyond 64 bits", "quote it to pass it as text");
    }
    void write_plain(const Value& value, NotFinite) {
        refuse(value, "is a number that JSON does not have", "quote it to pass it as text");
    }
    void write_plain(const Value& value, std::string_view) { write_text(value); }

    Reader& reader_;
    const References references_;
    std::optional<PlacedText> parent_reference_;
    std::string json_;
    bool is_refused_ = false;
};

}  // namespace

std::optional<std::string> json_of(Reader& reader, const Value& value) {
    JsonWriter writer(reader, {.are_kept = true});
    writer.write(value);
    return writer.take();
}

void read_arguments(Reader& reader, const Value& value, References references, std::string& arguments,
                    std::optional<PlacedText>& parent_reference) {
    if (value.node->kind == Node::Kind::null) return;
    if (value.node->kind != Node::Kind::mapping)
        return reader.refuse(value, "must be a mapping, is " + std::string(kind_of(*value.node)));
    JsonWriter writer(reader, references);
    writer.write(value);
    parent_reference = writer.parent_reference();
    if (auto json = writer.take()) arguments = *std::move(json);
}

void read_items(Reader& reader, const Value& value, std::vector<std::string>& items) {
    reader.read_list(value, [&](const Value& item) {
        JsonWriter writer(reader, {});
        writer.write(item);
        if (auto json = writer.take()) items.push_back(*std::move(json));
    });
}

}  // namespace jobhost::config
