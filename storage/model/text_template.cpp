#include "storage/model/text_template.hpp"

namespace jobhost {

namespace {

constexpr std::string_view kBegin = "${";
constexpr std::string_view kEscaped = "$${";

void append(std::vector<TextPart>& parts, std::string_view text) {
    if (text.empty()) return;
    if (parts.empty() || parts.back().is_reference) parts.emplace_back();
    parts.back().text += text;
}

}  // namespace

std::optional<std::vector<TextPart>> parts_of(std::string_view text) {
    std::vector<TextPart> parts;
    while (!text.empty()) {
        const auto begin = text.find(kBegin);
        if (begin == std::string_view::npos) {
            append(parts, text);
            break;
        }
        if (begin > 0 && text[begin - 1] == '$') {
            append(parts, text.substr(0, begin - 1));
            append(parts, kBegin);
            text.remove_prefix(begin + kBegin.size());
            continue;
        }
        const auto end = text.find('}', begin);
        if (end == std::string_view::npos) return std::nullopt;
        append(parts, text.substr(0, begin));
        parts.push_back({std::string{text.substr(begin + 2, end - begin - 2)}, true});
        text.remove_prefix(end + 1);
    }
    return parts;
}

std::string text_of(const std::vector<TextPart>& parts) {
    std::string whole;
    for (const TextPart& part : parts) {
        if (part.is_reference) {
            whole.append(kBegin).append(part.text).append("}");
            continue;
        }
        std::string_view rest = part.text;
        for (auto at = rest.find(kBegin); at != std::string_view::npos; at = rest.find(kBegin)) {
            whole.append(rest.substr(0, at)).append(kEscaped);
            rest.remove_prefix(at + kBegin.size());
        }
        whole.append(rest);
    }
    return whole;
}

bool refers_to(std::string_view name, std::string_view word) {
    return name == word || (name.starts_with(word) && name[word.size()] == '.');
}

}  // namespace jobhost
